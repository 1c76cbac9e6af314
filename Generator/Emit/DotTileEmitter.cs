using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>
/// The innermost loops on Arm64, where levels are signed like the weights: those of 8 bits are taken less 128, which the corrections
/// give back. A group is four levels of a pixel by the weights of four outputs. With the dot product a group is one instruction; without
/// it products of two groups fit 16 bits whatever the weights (2 · 128 · 127), and pairs of them are added to 32 bits.
/// </summary>
internal sealed class DotTileEmitter(SourceWriter writer, ProductKernel kernel, ProductTile tile, int pixels)
{
    private const string Levels = "Vector128<sbyte>", Sums = "Vector128<int>";

    private readonly int _vectors = tile.Vectors;
    private readonly bool _isDot = tile.Isa == Isa.Dot;

    private int PixelStep => kernel.StrideWidth * kernel.InputPixelBytes;

    private int VectorBytes => tile.Isa.Bytes;

    /// <summary>Groups of a loop's body: as many levels as a vector holds, or as many products as 16 bits hold.</summary>
    private int Unroll => _isDot ? 4 : 2;

    private string Flip => kernel.LevelOffset(tile) > 0 ? " ^ flip" : "";

    public void Emit(string name, IReadOnlyList<(string Type, string Name)> parameters)
    {
        using (KernelWriter.Method(writer, name, parameters))
        {
            foreach (string sum in _isDot ? ["s"] : new[] { "s", "t" })
            {
                for (int p = 0; p < pixels; p++)
                    writer.Line($"{Sums} {string.Join(", ", Enumerable.Range(0, _vectors).Select(v => $"{sum}{p}_{v} = {Sums}.Zero"))};");
            }

            if (Flip.Length > 0)
                writer.Line($"{Levels} flip = Vector128.Create(sbyte.MinValue);");
            int groups = Math.Min(Unroll, tile.GroupsPerRow);
            Declare(Levels, "w", _isDot ? _vectors : _vectors * groups);
            Declare(Levels, "x", _isDot ? pixels : groups);
            if (!_isDot)
                writer.Line("Vector128<short> low, high;");
            using (KernelWriter.Loop(writer, "row", kernel.KernelHeight))
            {
                Groups();
                if (kernel.KernelHeight > 1)
                    KernelWriter.Advance(writer, [("input", kernel.InputRowBytes - (tile.GroupsPerRow * tile.Group))]);
            }

            for (int p = 0; p < pixels; p++)
            {
                for (int v = 0; v < _vectors; v++)
                    writer.Line($"{Sum(p, v)}.Store({CSharp.Plus("sums", (p * tile.PanelOutputs) + (v * tile.Isa.Lanes))});");
            }
        }
    }

    private string Sum(int pixel, int vector) =>
        _isDot ? $"s{pixel}_{vector}" : $"AdvSimd.Arm64.AddPairwise(s{pixel}_{vector}, t{pixel}_{vector})";

    private void Declare(string type, string name, int count) =>
        writer.Line($"{type} {string.Join(", ", Enumerable.Range(0, count).Select(i => $"{name}{i}"))};");

    /// <summary>The groups of a row, in loops whose bodies take several.</summary>
    private void Groups()
    {
        int whole = tile.GroupsPerRow / Unroll, rest = tile.GroupsPerRow % Unroll;
        if (whole > 0)
        {
            using (KernelWriter.Loop(writer, "i", whole))
                Body(Unroll);
        }

        if (rest > 0)
            Body(rest);
    }

    private void Body(int groups)
    {
        if (!_isDot)
            Products(groups);
        else if (groups == Unroll)
            Quadruplets();
        else
            Dots(groups);
        writer.Line($"input += {groups * tile.Group};");
        writer.Line($"weights += {groups * _vectors * VectorBytes};");
    }

    private void Load(int slot, int group, int vector) =>
        writer.Line($"w{slot} = Vector128.Load({CSharp.Plus("weights", ((group * _vectors) + vector) * VectorBytes)});");

    private string Broadcast(int pixel, int group) =>
        $"Vector128.Create(*(int*){CSharp.Operand(CSharp.Plus("input", (pixel * PixelStep) + (group * tile.Group)))}).AsSByte(){Flip}";

    /// <summary>Four groups of each pixel in one vector, of which an instruction takes one.</summary>
    private void Quadruplets()
    {
        for (int p = 0; p < pixels; p++)
            writer.Line($"x{p} = Vector128.Load((sbyte*){CSharp.Operand(CSharp.Plus("input", p * PixelStep))}){Flip};");
        for (int group = 0; group < Unroll; group++)
        {
            for (int v = 0; v < _vectors; v++)
                Load(v, group, v);
            for (int p = 0; p < pixels; p++)
            {
                for (int v = 0; v < _vectors; v++)
                    writer.Line($"s{p}_{v} = Dp.DotProductBySelectedQuadruplet(s{p}_{v}, w{v}, x{p}, {group});");
            }
        }
    }

    private void Dots(int groups)
    {
        for (int group = 0; group < groups; group++)
        {
            for (int v = 0; v < _vectors; v++)
                Load(v, group, v);
            for (int p = 0; p < pixels; p++)
                writer.Line($"x{p} = {Broadcast(p, group)};");
            for (int p = 0; p < pixels; p++)
            {
                for (int v = 0; v < _vectors; v++)
                    writer.Line($"s{p}_{v} = Dp.DotProduct(s{p}_{v}, x{p}, w{v});");
            }
        }
    }

    private void Products(int groups)
    {
        for (int group = 0; group < groups; group++)
        {
            for (int v = 0; v < _vectors; v++)
                Load((group * _vectors) + v, group, v);
        }

        for (int p = 0; p < pixels; p++)
        {
            for (int group = 0; group < groups; group++)
                writer.Line($"x{group} = {Broadcast(p, group)};");
            for (int v = 0; v < _vectors; v++)
            {
                writer.Line($"low = AdvSimd.MultiplyWideningLower(w{v}.GetLower(), x0.GetLower());");
                writer.Line($"high = AdvSimd.MultiplyWideningUpper(w{v}, x0);");
                if (groups > 1)
                {
                    writer.Line($"low = AdvSimd.MultiplyWideningLowerAndAdd(low, w{_vectors + v}.GetLower(), x1.GetLower());");
                    writer.Line($"high = AdvSimd.MultiplyWideningUpperAndAdd(high, w{_vectors + v}, x1);");
                }

                writer.Line($"s{p}_{v} = AdvSimd.AddPairwiseWideningAndAdd(s{p}_{v}, low);");
                writer.Line($"t{p}_{v} = AdvSimd.AddPairwiseWideningAndAdd(t{p}_{v}, high);");
            }
        }
    }
}

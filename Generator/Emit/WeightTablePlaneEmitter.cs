using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>From levels, pixel by pixel, to planes of indices: a bit of each of four channels, a byte for each pixel.</summary>
internal sealed class WeightTablePlaneEmitter(SourceWriter writer, ProductKernel kernel, WeightTableTile tile, WeightTableImage image)
{
    private const int LanePixels = 16, LoadedGroups = 4;

    private readonly Isa _isa = tile.Isa;

    private int PixelStep => kernel.StrideWidth * kernel.InputPixelBytes;

    private string Type(string element) => $"{_isa.Vector}<{element}>";

    public void Emit()
    {
        using (KernelWriter.Method(writer, $"Planes{_isa.Name}", [("byte*", "input"), ("byte*", "planes"), ("int", "pixels")]))
        {
            int loaded = System.Math.Min(LoadedGroups, tile.Groups);
            writer.Line($"{Type("uint")} a, b, c, d, ab, cd, {Names("w", LoadedGroups)};");
            writer.Line($"{Type("ushort")} first, second, {Names("x", loaded)}, {Names("y", loaded)};");
            writer.Line($"{Type("ushort")} bits = {_isa.Vector}.Create((ushort)0x1111), gather = {_isa.Vector}.Create((ushort)0x1248), pair = {_isa.Vector}.Create((ushort)0xff);");
            using (writer.Block($"for (int x = 0; x < pixels; x += {_isa.Bytes})"))
            {
                // The last pixels fill a vector together with some that were done before, where there are so many.
                writer.Line($"int at = Math.Max(0, Math.Min(x, pixels - {_isa.Bytes}));");
                writer.Line($"byte* from = input + {CSharp.Times("at", PixelStep)}, to = planes + at;");
                int whole = tile.Groups / LoadedGroups, rest = tile.Groups % LoadedGroups;
                if (whole > 0)
                {
                    using (KernelWriter.Loop(writer, "group", whole))
                        Groups(LoadedGroups);
                }

                if (rest > 0)
                    Groups(rest);
            }
        }

        static string Names(string name, int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"{name}{i}"));
    }

    /// <summary>Some groups of channels of a vector of pixels.</summary>
    private void Groups(int groups)
    {
        Half("x", 0, groups);
        Half("y", LanePixels / 2, groups);
        for (int group = 0; group < groups; group++)
        {
            for (int plane = 0; plane < tile.Planes; plane++)
            {
                writer.Line($"first = ({Bits($"x{group}", plane)} * gather) >>> 12;");
                writer.Line($"second = ({Bits($"y{group}", plane)} * gather) >>> 12;");
                writer.Line($"Lanes.Narrow(first, second).Store({CSharp.Plus("to", (group * image.GroupPitch) + (plane * image.PlanePitch))});");
            }
        }

        writer.Line($"from += {LoadedGroups * 4};");
        writer.Line($"to += {LoadedGroups * image.GroupPitch};");
    }

    private static string Bits(string levels, int plane) => plane == 0 ? $"({levels} & bits)" : $"(({levels} >>> {plane}) & bits)";

    /// <summary>Half of the pixels: four levels of each in 16 bits.</summary>
    private void Half(string name, int pixel, int groups)
    {
        Four(pixel);
        for (int group = 0; group < groups; group++)
            writer.Line($"{name}{group} = {Nibbles($"w{group}")};");
        Four(pixel + 4);
        for (int group = 0; group < groups; group++)
            writer.Line($"{name}{group} = Lanes.Narrow({name}{group}, {Nibbles($"w{group}")}).AsUInt16();");
    }

    private string Nibbles(string words) => $"(({words}.AsUInt16() | ({words}.AsUInt16() >>> 4)) & pair)";

    /// <summary>Four pixels of each lane, brought side by side in each of four groups.</summary>
    private void Four(int pixel)
    {
        string[] names = ["a", "b", "c", "d"];
        for (int i = 0; i < names.Length; i++)
            writer.Line($"{names[i]} = Lanes.Load{_isa.Bytes}({CSharp.Plus("from", (pixel + i) * PixelStep)}, {LanePixels * PixelStep});");
        foreach ((string half, int first) in new[] { ("Low", 0), ("High", 2) })
        {
            writer.Line($"ab = Lanes.{half}(a, b);");
            writer.Line($"cd = Lanes.{half}(c, d);");
            writer.Line($"w{first} = Lanes.Low(ab.AsUInt64(), cd.AsUInt64()).AsUInt32();");
            writer.Line($"w{first + 1} = Lanes.High(ab.AsUInt64(), cd.AsUInt64()).AsUInt32();");
        }
    }
}

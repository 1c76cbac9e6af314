using System;
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
            int loaded = Math.Min(LoadedGroups, tile.Groups);
            writer.Line($"{Type("uint")} a, b, c, d, low01, low23{(loaded > 2 ? ", high01, high23" : "")};");
            writer.Line($"{Type("ushort")} words, first, second, {Names("x", loaded)}, {Names("y", loaded)};");
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
                writer.Line($"first = {Index($"x{group}", plane)};");
                writer.Line($"second = {Index($"y{group}", plane)};");
                writer.Line($"Lanes.Narrow(first, second).Store({CSharp.Plus("to", (group * image.GroupPitch) + (plane * image.PlanePitch))});");
            }
        }

        writer.Line($"from += {LoadedGroups * 4};");
        writer.Line($"to += {LoadedGroups * image.GroupPitch};");
    }

    /// <summary>A bit of each of four levels, side by side: the product's other parts fall on bits of their own.</summary>
    private string Index(string levels, int plane) =>
        $"(({(plane == 0 ? levels : $"({levels} >>> {plane})")} & {Constant("0x1111")}) * {Constant("0x1248")}) >>> 12";

    private string Constant(string value) => $"{_isa.Vector}.Create((ushort){value})";

    /// <summary>Half of the pixels: four levels of each in 16 bits.</summary>
    private void Half(string name, int pixel, int groups)
    {
        Four(pixel, groups, (group, words) => $"{name}{group} = {words};");
        Four(pixel + 4, groups, (group, words) => $"{name}{group} = Lanes.Narrow({name}{group}, {words}).AsUInt16();");
    }

    /// <summary>
    /// Four pixels of each lane, brought side by side in each of four groups: two levels in a byte of 16 bits. Shifts leave the other byte
    /// empty, since a mask would take a register that is not there.
    /// </summary>
    private void Four(int pixel, int groups, Func<int, string, string> use)
    {
        string[] names = ["a", "b", "c", "d"];
        for (int i = 0; i < names.Length; i++)
            writer.Line($"{names[i]} = Lanes.Load{_isa.Bytes}({CSharp.Plus("from", (pixel + i) * PixelStep)}, {LanePixels * PixelStep});");
        string[] halves = groups > 2 ? ["low", "high"] : ["low"];
        foreach (string half in halves)
        {
            string zip = half == "low" ? "Low" : "High";
            writer.Line($"{half}01 = Lanes.{zip}(a, b);");
            writer.Line($"{half}23 = Lanes.{zip}(c, d);");
        }

        for (int group = 0; group < groups; group++)
        {
            string half = group < 2 ? "low" : "high", zip = group % 2 == 0 ? "Low" : "High";
            writer.Line($"words = Lanes.{zip}({half}01.AsUInt64(), {half}23.AsUInt64()).AsUInt16();");
            writer.Line(use(group, "((words | (words >>> 4)) << 8) >>> 8"));
        }
    }
}

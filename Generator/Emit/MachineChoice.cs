using System;
using System.Collections.Generic;
using System.Linq;
using BitKernelGen.Generator.Planning;

namespace BitKernelGen.Generator.Emit;

/// <summary>What differs between instruction sets, in their order; the runtime's Machine is the other half.</summary>
internal static class MachineChoice
{
    /// <summary>An expression that is the alternative of the machine it runs on.</summary>
    public static string Of(Func<Isa, string> alternative)
    {
        string others = Alternatives(alternative) is { Count: > 1 } all
            ? $"global::BitKernelGen.Execution.Machine.Choose({string.Join(", ", all)})"
            : alternative(Isa.Packed[0]);
        string tables = alternative(Isa.Vbmi);
        return tables == alternative(Isa.Avx512) ? others : $"{Test(Isa.Vbmi)} ? {tables} : {others}";
    }

    /// <summary>The same of objects: even the quickest compilation leaves out those of other machines.</summary>
    public static string Created(Func<Isa, string> alternative)
    {
        IReadOnlyList<string> all = Alternatives(alternative);
        IEnumerable<string> tested = all.Select((created, i) => i + 1 < all.Count ? $"{Test(Isa.Packed[i])} ? {created}" : created);
        string tables = alternative(Isa.Vbmi);
        return string.Join("\n        : ", tables == all[0] ? tested : tested.Prepend($"{Test(Isa.Vbmi)} ? {tables}"));
    }

    private static string Test(Isa isa) =>
        $"global::System.Runtime.Intrinsics.{(isa.MultipliesSignedBytes ? "Arm" : isa == Isa.PackedSimd ? "Wasm" : "X86")}.{isa.Test}";

    /// <summary>An alternative for each instruction set; the last one stands for those that follow.</summary>
    public static IReadOnlyList<string> Alternatives(Func<Isa, string> alternative)
    {
        List<string> all = [.. Isa.Packed.Select(alternative)];
        while (all.Count > 1 && all[all.Count - 1] == all[all.Count - 2])
            all.RemoveAt(all.Count - 1);
        return all;
    }
}

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
        return tables == alternative(Isa.Avx512) ? others : $"global::System.Runtime.Intrinsics.X86.{Isa.Vbmi.Test} ? {tables} : {others}";
    }

    /// <summary>An alternative for each instruction set; the last one stands for those that follow.</summary>
    public static IReadOnlyList<string> Alternatives(Func<Isa, string> alternative)
    {
        List<string> all = [.. Isa.Packed.Select(alternative)];
        while (all.Count > 1 && all[all.Count - 1] == all[all.Count - 2])
            all.RemoveAt(all.Count - 1);
        return all;
    }
}

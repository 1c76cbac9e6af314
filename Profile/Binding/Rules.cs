using System;
using System.Collections.Generic;
using System.Linq;

namespace BitKernelGen.Profiles.Binding;

/// <summary>What single values must be.</summary>
internal static class Rules
{
    /// <summary>The reserved words of C#, others that can't name a class, and the members that the class will have.</summary>
    private static readonly HashSet<string> NoClassNames = new(
        ("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum " +
        "event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace " +
        "new null object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc " +
        "static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while " +
        "allows await dynamic extension field file nint notnull nuint partial record required scoped unmanaged var where yield " +
        "ByteTables Decode Dispose Encode Execute Info InputCode InputLength InputZeros Labels Load OutputLength Pack Run RunBatch RunParallel").Split(' '),
        StringComparer.Ordinal);

    public static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);

    /// <summary>A finite number that stays one as a float32.</summary>
    public static bool IsFloat(double value) => IsFinite(value) && !float.IsInfinity((float)value);

    public static bool IsPositive(double value) => value > 0 && IsFinite(value);

    /// <summary>A C# identifier of ASCII letters, digits and '_' that can name a class.</summary>
    public static bool IsClassName(string name) =>
        name.Length > 0 && !IsDigit(name[0]) && name.All(c => c is '_' or >= 'a' and <= 'z' or >= 'A' and <= 'Z' || IsDigit(c))
        && !NoClassNames.Contains(name) && !IsTable(name, "Levels") && !IsTable(name, "Planes");

    /// <summary>Whether a name is one of a class's tables, which are numbered.</summary>
    private static bool IsTable(string name, string kind) =>
        name.Length > kind.Length && name.StartsWith(kind, StringComparison.Ordinal) && name.Skip(kind.Length).All(IsDigit);

    /// <summary>A file's name without a folder, on any system.</summary>
    public static bool IsFileName(string name) =>
        name.Length > 0 && name[0] != ' ' && name[name.Length - 1] is not (' ' or '.') && name.All(c => c >= ' ' && c != '\u007f' && "/\\:*?\"<>|".IndexOf(c) < 0);

    public static bool IsSha256(string text) => text.Length == 64 && text.All(c => c is >= 'a' and <= 'f' || IsDigit(c));

    private static bool IsDigit(char c) => c is >= '0' and <= '9';
}

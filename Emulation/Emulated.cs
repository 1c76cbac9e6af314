namespace System.Runtime.Intrinsics.X86;

/// <summary>
/// What an emulated machine has. The classes beside this one stand in the place of the framework's of the same name, in the very code
/// that ordinary builds have: the compiler prefers a type of the sources to one of a reference.
/// </summary>
internal static class Emulated
{
    /// <summary>Whether the runtime's switch leaves instructions on: as real ones, <c>DOTNET_EnableAVX512=0</c> takes the emulated ones away.</summary>
    public static bool IsOn(string name) => Environment.GetEnvironmentVariable($"DOTNET_{name}") != "0";
}

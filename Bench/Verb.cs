using System.Text.Json;

namespace BitKernelGen.Bench;

/// <summary>The command line's own verbs, in this process.</summary>
internal static class Verb
{
    /// <summary>Runs a verb; progress goes to standard error.</summary>
    /// <param name="arguments">The words after <c>bitkernel</c>, <c>--json</c> among them.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static JsonElement Run(params string[] arguments)
    {
        using var output = new StringWriter();
        if (Tool.CommandLine.Run(arguments, new Tool.Terminal(output, Console.Error, interactive: false)) != 0)
            throw new InvalidOperationException($"bitkernel {string.Join(' ', arguments)} failed.");
        return JsonSerializer.Deserialize<JsonElement>(output.ToString());
    }
}

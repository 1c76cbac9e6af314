using System.Text.Json;

namespace BitKernelGen.Tool.Tests;

/// <summary>The command line in this process.</summary>
internal sealed record Bitkernel(int ExitCode, string Output, string Error)
{
    public static Bitkernel Run(params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int exitCode = CommandLine.Run(args, new Terminal(output, error, interactive: false));
        return new Bitkernel(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Standard output, which must be one JSON object and nothing else.</summary>
    public JsonElement Json()
    {
        Assert.True(ExitCode == 0, Error);
        JsonElement root = JsonDocument.Parse(Output).RootElement;
        Assert.Equal(JsonValueKind.Object, root.ValueKind);
        return root;
    }

    public void Refused(int exitCode, params string[] messages)
    {
        Assert.Equal(exitCode, ExitCode);
        Assert.Empty(Output);
        Assert.All(messages, message => Assert.Contains(message, Error));
    }
}

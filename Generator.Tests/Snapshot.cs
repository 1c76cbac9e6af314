using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.CodeAnalysis;

namespace BitKernelGen.Generator.Tests;

/// <summary>
/// Compares a run's output with the files that Verify.SourceGenerators would write, in its layout, so that moving to the package
/// is one reference: <c>Snapshots/Class.Method#hint.verified.cs</c>, UTF-8 with BOM, LF. SNAPSHOT_ACCEPT=1 accepts what a test received.
/// </summary>
internal static class Snapshot
{
    private static readonly UTF8Encoding Utf8WithBom = new(encoderShouldEmitUTF8Identifier: true);
    private static readonly bool Accepts = Environment.GetEnvironmentVariable("SNAPSHOT_ACCEPT") == "1";

    public static void Verify(GeneratorDriver driver, [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        GeneratorDriverRunResult run = driver.GetRunResult();
        Assert.All(run.Results, result => Assert.Null(result.Exception));

        string folder = Path.Combine(Path.GetDirectoryName(file)!, "Snapshots");
        string prefix = $"{Path.GetFileNameWithoutExtension(file)}.{method}";
        var actual = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (GeneratedSourceResult source in run.Results.SelectMany(result => result.GeneratedSources))
            actual.Add($"{prefix}#{Path.GetFileNameWithoutExtension(source.HintName)}.verified.cs", $"//HintName: {source.HintName}\n{source.SourceText}");
        if (run.Diagnostics.Length > 0)
            actual.Add($"{prefix}.verified.txt", "{\n  Diagnostics: [\n" + string.Join(",\n", run.Diagnostics.Select(Render)) + "\n  ]\n}");

        Directory.CreateDirectory(folder);
        var failures = new List<string>();
        foreach ((string name, string text) in actual)
        {
            string verified = Path.Combine(folder, name), received = verified.Replace(".verified.", ".received.");
            string? expected = File.Exists(verified) ? File.ReadAllText(verified).Replace("\r\n", "\n") : null;
            if (expected == text)
            {
                File.Delete(received);
                continue;
            }

            File.WriteAllText(Accepts ? verified : received, text, Utf8WithBom);
            if (!Accepts)
                failures.Add($"{received}\n{FirstDifference(expected ?? "", text)}");
        }

        foreach (string verified in Directory.EnumerateFiles(folder, prefix + "*.verified.*"))
        {
            string name = Path.GetFileName(verified);
            if (name[prefix.Length] is not ('#' or '.') || actual.ContainsKey(name))
                continue;
            if (Accepts)
                File.Delete(verified);
            else
                failures.Add($"No longer produced: {verified}");
        }

        if (failures.Count > 0)
            Assert.Fail(string.Join("\n", failures) + "\nRun the tests with SNAPSHOT_ACCEPT=1 to accept.");
    }

    private static string FirstDifference(string expected, string actual)
    {
        string[] left = expected.Split('\n'), right = actual.Split('\n');
        int line = 0;
        while (line < left.Length && line < right.Length && left[line] == right[line])
            line++;
        return $"  line {line + 1}\n  - {left.ElementAtOrDefault(line)}\n  + {right.ElementAtOrDefault(line)}";
    }

    private static string Render(Diagnostic diagnostic)
    {
        DiagnosticDescriptor descriptor = diagnostic.Descriptor;
        FileLinePositionSpan span = diagnostic.Location.GetLineSpan();
        return $$"""
                {
                  Location: {{span.Path}}: {{span.Span}},
                  Message: {{diagnostic.GetMessage(CultureInfo.InvariantCulture)}},
                  Severity: {{diagnostic.Severity}},
                  Descriptor: {
                    Id: {{descriptor.Id}},
                    Title: {{descriptor.Title}},
                    MessageFormat: {{descriptor.MessageFormat}},
                    Category: {{descriptor.Category}},
                    DefaultSeverity: {{descriptor.DefaultSeverity}},
                    IsEnabledByDefault: {{(descriptor.IsEnabledByDefault ? "true" : "false")}}
                  }
                }
            """.Replace("\r\n", "\n");
    }
}

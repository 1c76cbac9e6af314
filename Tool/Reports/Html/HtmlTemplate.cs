using System.Collections.Concurrent;
using System.Reflection;
using Fluid;

namespace BitKernelGen.Tool.Reports.Html;

/// <summary>The page's templates, in Liquid, embedded in this assembly. Every value passes the encoder unless the template says <c>raw</c>.</summary>
internal static class HtmlTemplate
{
    private static readonly FluidParser Parser = new();

    // The templates are ours: "unsafe" means that they may read any property of what they are given.
    private static readonly TemplateOptions Options = new()
    {
        MemberAccessStrategy = new UnsafeMemberAccessStrategy(),
        StrictVariables = true,
        StrictFilters = true,
    };

    private static readonly ConcurrentDictionary<string, IFluidTemplate> Parsed = new();

    /// <summary>Fills a template in.</summary>
    /// <param name="name">The template's name, without extension.</param>
    /// <param name="model">What its names mean.</param>
    public static string Render(string name, object model) =>
        Parsed.GetOrAdd(name, Parse).Render(new TemplateContext(model, Options), HtmlText.Encoder);

    /// <summary>An embedded file.</summary>
    public static string ReadResource(string file)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"{file} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static IFluidTemplate Parse(string name) =>
        Parser.TryParse(ReadResource($"{name}.liquid"), out IFluidTemplate template, out string error)
            ? template
            : throw new InvalidOperationException($"{name}.liquid: {error}");
}

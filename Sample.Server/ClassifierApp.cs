using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace BitKernelGen.Sample.Server;

/// <summary>A server around one model.</summary>
public static class ClassifierApp
{
    /// <summary>Makes the server; the model is loaded when it starts.</summary>
    /// <param name="args">The command line: configuration as ASP.NET Core reads it, such as <c>--urls</c>.</param>
    /// <param name="load">Loads the model.</param>
    /// <param name="labels">A name for each of its outputs.</param>
    public static WebApplication Create<TModel>(string[] args, Func<TModel> load, IReadOnlyList<string> labels)
        where TModel : class, IModel
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ClassificationJson.Default));
        builder.Services.AddProblemDetails();
        builder.Services.AddModel(load);
        builder.Services.AddHealthChecks().AddCheck<ModelHealth>("model");

        WebApplication app = builder.Build();
        app.UseExceptionHandler();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready");
        app.MapPost("/classify", (HttpRequest request, IModel model) => Classifier.Classify(request, model, labels));
        return app;
    }
}

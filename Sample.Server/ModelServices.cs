using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BitKernelGen.Sample.Server;

/// <summary>A generated model among an application's services. A pattern to copy: the runtime itself depends on nothing.</summary>
public static class ModelServices
{
    /// <summary>
    /// Adds one instance for all requests, as its own type and as <see cref="IModel"/>: any number of threads may run it at once. It is
    /// loaded when the host starts, so that weights that are refused end the start and not the first request.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="load">Loads the model.</param>
    public static IServiceCollection AddModel<TModel>(this IServiceCollection services, Func<TModel> load)
        where TModel : class, IModel
    {
        services.AddSingleton(_ => load());
        services.TryAddSingleton<IModel>(provider => provider.GetRequiredService<TModel>());
        return services.AddHostedService<Loader<TModel>>();
    }

    private sealed class Loader<TModel>(IServiceProvider services, ILogger<Loader<TModel>> log) : IHostedService
        where TModel : class, IModel
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ModelInfo info = services.GetRequiredService<TModel>().Info;
            log.LogInformation(
                "{Model} is loaded: {Layers} layers, {Bytes} bytes of weights, {InstructionSet}", info.Name, info.Layers.Count, info.WeightBytes, info.InstructionSet);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Healthy where the model gives numbers.</summary>
internal sealed class ModelHealth(IModel model) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var scores = new float[model.OutputLength];
        model.Run(new byte[model.InputLength], scores);
        return Task.FromResult(scores.All(float.IsFinite) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The outputs are not numbers."));
    }
}

using System.Buffers;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BitKernelGen.Sample.Server;

/// <summary>An answer: the most likely classes, the first one first.</summary>
/// <param name="Label">The name of the most likely class.</param>
/// <param name="Top">The three most likely ones.</param>
public sealed record Classification(string Label, IReadOnlyList<Candidate> Top);

/// <summary>A class and how likely it is.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Probability">0 to 1.</param>
public sealed record Candidate(string Label, double Probability);

/// <summary>Reads a picture, runs the model, names what it sees.</summary>
internal static class Classifier
{
    private const int Shown = 3;

    public static async Task<Results<Ok<Classification>, ProblemHttpResult>> Classify(HttpRequest request, IModel model, IReadOnlyList<string> labels)
    {
        // Whoever sends more is cut off before it is read; one byte more than there should be tells what is too long.
        const int Slack = 4096;
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = model.InputLength + Slack;
        byte[] pixels = ArrayPool<byte>.Shared.Rent(model.InputLength + 1);
        try
        {
            int length = await request.Body.ReadAtLeastAsync(
                pixels.AsMemory(0, model.InputLength + 1), model.InputLength + 1, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
            if (length != model.InputLength)
            {
                string found = length > model.InputLength ? $"more than {model.InputLength}" : $"{length}";
                return TypedResults.Problem(
                    $"The body must be the {model.InputLength} bytes of a picture, row by row; it has {found}.", statusCode: StatusCodes.Status400BadRequest);
            }

            return TypedResults.Ok(Run(model, pixels.AsSpan(0, length), labels));
        }
        catch (BadHttpRequestException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: exception.StatusCode);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    private static Classification Run(IModel model, ReadOnlySpan<byte> pixels, IReadOnlyList<string> labels)
    {
        var scores = new float[model.OutputLength];
        model.Run(pixels, scores);
        float largest = scores.Max();
        double total = scores.Sum(score => Math.Exp(score - largest));
        Candidate[] top =
        [
            .. Enumerable.Range(0, scores.Length)
                .OrderByDescending(i => scores[i])
                .Take(Shown)
                .Select(i => new Candidate(labels[i], Math.Exp(scores[i] - largest) / total)),
        ];
        return new Classification(top[0].Label, top);
    }
}

[JsonSerializable(typeof(Classification))]
internal sealed partial class ClassificationJson : JsonSerializerContext;

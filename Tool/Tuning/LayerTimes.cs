extern alias generator;
using System.Diagnostics;
using System.Reflection;
using BitKernelGen.Tool.Commands;
using BitKernelGen.Tool.Compile;
using generator::BitKernelGen.Generator.Planning;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Network = generator::BitKernelGen.Profiles.Network;
using ProfileReader = generator::BitKernelGen.Profiles.ProfileReader;

namespace BitKernelGen.Tool.Tuning;

/// <summary>
/// A profile's generated code with a clock in it: what each step of the plan takes in a run of the whole network, its weights and
/// levels coming from wherever the steps before leave them.
/// </summary>
internal sealed class LayerTimes : IDisposable
{
    private const string Laps = "Laps";
    private readonly CompiledModel _compiled;
    private readonly IModel _model;
    private readonly long[] _laps;
    private readonly float[] _input;
    private readonly float[] _output;

    /// <param name="text">The profile.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="weightsPath">Its weights.</param>
    /// <exception cref="InputException">It did not compile.</exception>
    /// <exception cref="WeightsException">The weights are not the profile's.</exception>
    public LayerTimes(string text, string path, string weightsPath)
    {
        Network network = ProfileReader.Read(text).Network ?? throw new InputException($"{path}: the profile has errors.");
        Plan = Planner.Plan(network);
        _compiled = ModelCompiler.Compile(text, path, AddClock);
        if (!_compiled.Succeeded)
            throw new InputException($"{path}: {string.Join(Environment.NewLine, _compiled.Diagnostics)}");
        _model = _compiled.Load(weightsPath);
        _laps = (long[])_compiled.ModelType!.GetField(Laps, BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        _input = BenchCommand.RandomInput(_model.InputLength);
        _output = new float[_model.OutputLength];
    }

    /// <summary>What is run.</summary>
    public Plan Plan { get; }

    /// <summary>Resident bytes, weights and workspace.</summary>
    public long Bytes => _model.Info.WeightBytes + _model.Info.ArenaBytes;

    /// <summary>Runs the network once.</summary>
    /// <returns>Microseconds of each step.</returns>
    public double[] Run()
    {
        Array.Clear(_laps);
        _model.Run(_input, _output);
        return [.. _laps.Take(Plan.Steps.Count).Select(ticks => ticks * 1e6 / Stopwatch.Frequency)];
    }

    public void Dispose()
    {
        _model.Dispose();
        _compiled.Dispose();
    }

    /// <summary>Adds to each kernel's call, in the straight line of them, what reads the clock after it.</summary>
    private static Compilation AddClock(Compilation compilation)
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            MethodDeclarationSyntax? execute = tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
                .FirstOrDefault(method => method.Identifier.Text == "Execute" && method.Body is not null);
            if (execute is not null)
                return compilation.ReplaceSyntaxTree(tree, tree.WithRootAndOptions(AddClock(tree.GetRoot(), execute), tree.Options));
        }

        throw new InvalidOperationException("The generated code has no Execute.");
    }

    private static SyntaxNode AddClock(SyntaxNode root, MethodDeclarationSyntax execute)
    {
        ExpressionStatementSyntax[] calls = [.. execute.Body!.DescendantNodes().OfType<ExpressionStatementSyntax>().Where(IsKernel)];
        MethodDeclarationSyntax timed = execute.ReplaceNodes(calls, (call, _) => SyntaxFactory.ParseStatement(
            $"{{ {call} long now = global::System.Diagnostics.Stopwatch.GetTimestamp(); {Laps}[{Array.IndexOf(calls, call)}] += now - lap; lap = now; }}"));
        timed = timed.WithBody(timed.Body!.WithStatements(timed.Body.Statements.Insert(
            0, SyntaxFactory.ParseStatement("long lap = global::System.Diagnostics.Stopwatch.GetTimestamp();"))));
        MemberDeclarationSyntax laps = SyntaxFactory.ParseMemberDeclaration($"public static readonly long[] {Laps} = new long[{calls.Length}];")!;
        return root.ReplaceNode(execute, [timed, laps]);
    }

    private static bool IsKernel(ExpressionStatementSyntax statement) =>
        statement.Expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Run" } };
}

namespace BitKernelGen.Bench.Speed;

/// <summary>Another program that runs a network.</summary>
/// <param name="Name">What a table calls it, with its arithmetic.</param>
/// <param name="Program">The program with its version.</param>
/// <param name="Forms">The ways in which it runs the network; the fastest counts.</param>
/// <param name="Session">What the forms hold on to.</param>
internal sealed record Peer(string Name, string Program, IReadOnlyList<Action> Forms, IDisposable Session) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Session.Dispose();
}

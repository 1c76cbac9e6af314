using BitKernelGen.Execution;

namespace BitKernelGen.Runtime.Tests;

public class WorkspacePoolTests
{
    [Fact]
    public void AsManyCallersAsSlotsNeverMakeMoreWorkspacesThanCallers()
    {
        const int Callers = 64;
        var pool = new WorkspacePool(64);
        foreach (Workspace workspace in (Workspace[])[.. Enumerable.Range(0, Callers).Select(_ => pool.Rent())])
            pool.Return(workspace);
        HashSet<Workspace>[] seen = [.. Enumerable.Range(0, Callers).Select(_ => new HashSet<Workspace>(ReferenceEqualityComparer.Instance))];
        Thread[] threads = [.. seen.Select(own => new Thread(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                Workspace workspace = pool.Rent();
                own.Add(workspace);
                pool.Return(workspace);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        Assert.InRange(seen.SelectMany(own => own).Distinct<object>(ReferenceEqualityComparer.Instance).Count(), 1, Callers);
    }

    [Fact]
    public void MoreCallersThanSlotsGetWorkspacesOfTheirOwn()
    {
        var pool = new WorkspacePool(64);
        int callers = (2 * Math.Max(64, 2 * Environment.ProcessorCount)) + 1;
        for (int round = 0; round < 3; round++)
        {
            Workspace[] rented = [.. Enumerable.Range(0, callers).Select(_ => pool.Rent())];
            Assert.Equal(callers, rented.Distinct<object>(ReferenceEqualityComparer.Instance).Count());
            Assert.Equal(0, pool.Bytes);
            Array.ForEach(rented, pool.Return);
        }

        Assert.Equal(64L * (callers / 2), pool.Bytes);
    }
}

namespace BitKernelGen.Execution;

/// <summary>
/// Lends workspaces to concurrent callers without locks. After as many calls at once as there will ever be, nothing is allocated:
/// a workspace comes back to the slot that is free first.
/// </summary>
public sealed class WorkspacePool
{
    private readonly int _bytes;
    private readonly Workspace?[] _slots;

    /// <summary>An empty pool.</summary>
    /// <param name="bytes">The size of a workspace.</param>
    public WorkspacePool(int bytes)
    {
        _bytes = bytes;
        _slots = new Workspace?[Math.Max(64, 2 * Environment.ProcessorCount)];
    }

    /// <summary>Bytes of the workspaces that nobody uses at the moment: after one call, of one.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (Workspace? slot in _slots)
                bytes += slot?.Bytes ?? 0;
            return bytes;
        }
    }

    /// <summary>Takes a workspace out of the pool, or makes one. Its contents are not defined.</summary>
    public Workspace Rent()
    {
        foreach (ref Workspace? slot in _slots.AsSpan())
        {
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } workspace)
                return workspace;
        }

        return new Workspace(_bytes);
    }

    /// <summary>Gives a workspace back; where every slot is taken, it is left to the garbage collector.</summary>
    public void Return(Workspace workspace)
    {
        foreach (ref Workspace? slot in _slots.AsSpan())
        {
            if (slot is null && Interlocked.CompareExchange(ref slot, workspace, null) is null)
                return;
        }
    }
}

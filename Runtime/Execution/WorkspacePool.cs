namespace BitKernelGen.Execution;

/// <summary>
/// Lends workspaces to concurrent callers without locks. After as many calls at once as there will ever be, nothing is allocated,
/// for up to 64 of them or two for each processor: a workspace comes back to the slot that is free first.
/// </summary>
public sealed class WorkspacePool
{
    private readonly int _bytes;
    private readonly Workspace?[] _slots;
    private int _available, _free;

    /// <summary>An empty pool.</summary>
    /// <param name="bytes">The size of a workspace.</param>
    public WorkspacePool(int bytes)
    {
        _bytes = bytes;
        _slots = new Workspace?[Math.Max(64, 2 * Environment.ProcessorCount)];
        _free = _slots.Length;
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

    /// <summary>Takes a workspace out of the pool, or makes one where all are lent. Its contents are not defined.</summary>
    public Workspace Rent()
    {
        if (Interlocked.Decrement(ref _available) < 0)
        {
            Interlocked.Increment(ref _available);
            return new Workspace(_bytes);
        }

        // One is there for this caller, but others may take it from under the search and put theirs back behind it.
        while (true)
        {
            foreach (ref Workspace? slot in _slots.AsSpan())
            {
                if (slot is not null && Interlocked.Exchange(ref slot, null) is { } workspace)
                {
                    Interlocked.Increment(ref _free);
                    return workspace;
                }
            }
        }
    }

    /// <summary>Gives a workspace back; where every slot is taken, it is left to the garbage collector.</summary>
    public void Return(Workspace workspace)
    {
        if (Interlocked.Decrement(ref _free) < 0)
        {
            Interlocked.Increment(ref _free);
            return;
        }

        // As above: one is free, but not always where the search is.
        while (true)
        {
            foreach (ref Workspace? slot in _slots.AsSpan())
            {
                if (slot is null && Interlocked.CompareExchange(ref slot, workspace, null) is null)
                {
                    Interlocked.Increment(ref _available);
                    return;
                }
            }
        }
    }
}

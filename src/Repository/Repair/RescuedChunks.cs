using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>Where a chunk was found that had no good place.</summary>
internal enum Origin
{
    /// <summary>A damaged pack, in which it is whole.</summary>
    Repository,
    Mirror,
    Live,
}

/// <summary>The chunks that a repair has found.</summary>
internal sealed class RescuedChunks
{
    private readonly HashSet<ChunkId> _ids = [];
    private readonly long[] _of = new long[Enum.GetValues<Origin>().Length];

    public long Count => _ids.Count;

    public long Bytes { get; private set; }

    public bool Contains(ChunkId id) => _ids.Contains(id);

    public long Of(Origin origin) => _of[(int)origin];

    public void Add(ChunkId id, int length, Origin origin)
    {
        if (_ids.Add(id))
        {
            Bytes += length;
            _of[(int)origin]++;
        }
    }
}

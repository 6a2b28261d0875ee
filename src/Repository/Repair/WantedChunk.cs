using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Garbage;

namespace AlfrescoBackupFlows.Repository.Repair;

/// <summary>A chunk that has no good place.</summary>
/// <param name="Class">Of the pack that held it; null where no index names one.</param>
/// <param name="Packs">All of its packs, which are bad.</param>
/// <param name="Need">How much it is missed.</param>
internal sealed record WantedChunk(ChunkId Id, ChunkClass? Class, PackId[] Packs, Need Need)
{
    /// <param name="index">Every place.</param>
    /// <param name="reached">In order, each once.</param>
    /// <param name="isWhole">All that sets need was reached.</param>
    /// <param name="isBad">Whether a pack is lost or damaged.</param>
    /// <returns>Some 100 bytes of memory each.</returns>
    public static List<WantedChunk> Find(
        ChunkIndex index,
        IEnumerable<ReachedChunk> reached,
        bool isWhole,
        Func<PackId, bool> isBad
    )
    {
        List<WantedChunk> wanted = [];
        using IEnumerator<ReachedChunk> needed = reached.GetEnumerator();
        bool more = needed.MoveNext();
        List<ChunkPlace> places = [];
        foreach (ChunkPlace place in index.Places)
        {
            if (places.Count > 0 && places[0].Id != place.Id)
            {
                Close();
            }

            places.Add(place);
        }

        if (places.Count > 0)
        {
            Close();
        }

        for (; more; more = needed.MoveNext())
        {
            wanted.Add(new WantedChunk(needed.Current.Id, null, [], NeedOf(needed.Current)));
        }

        return wanted;

        void Close()
        {
            ChunkId id = places[0].Id;
            for (; more && needed.Current.Id < id; more = needed.MoveNext())
            {
                wanted.Add(new WantedChunk(needed.Current.Id, null, [], NeedOf(needed.Current)));
            }

            bool isReached = more && needed.Current.Id == id;
            if ((isReached || !isWhole) && places.All(place => isBad(place.Pack.Id)))
            {
                wanted.Add(
                    new WantedChunk(
                        id,
                        places[0].Pack.Class,
                        [.. places.Select(place => place.Pack.Id)],
                        isReached ? NeedOf(needed.Current) : Need.Unknown
                    )
                );
            }

            more = isReached ? needed.MoveNext() : more;
            places.Clear();
        }

        static Need NeedOf(ReachedChunk chunk) => chunk.IsNeeded ? Need.Restore : Need.Shortcut;
    }
}

/// <summary>Who needs a chunk.</summary>
internal enum Need
{
    /// <summary>A restore of a set.</summary>
    Restore,

    /// <summary>It spares the next run work.</summary>
    Shortcut,

    /// <summary>Maybe a set of which a part cannot be read.</summary>
    Unknown,
}

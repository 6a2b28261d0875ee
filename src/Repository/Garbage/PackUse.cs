using System.Collections;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Garbage;

/// <summary>
/// How much of each pack some sets need. Of the places of a chunk one counts: the first whose pack is whole, and the
/// first of all where none is.
/// </summary>
internal sealed class PackUse
{
    private readonly PackEntry[] _packs;
    private readonly Dictionary<PackId, int> _numbers = [];
    private readonly long[] _total;
    private readonly long[] _used;
    private readonly RowFile _rows;
    private readonly BitArray _counts;

    private PackUse(RowFile rows)
    {
        _rows = rows;
        _packs = rows.Packs.ToArray();
        _total = new long[_packs.Length];
        _used = new long[_packs.Length];
        _counts = new BitArray(checked((int)rows.Count));
        for (int i = 0; i < _packs.Length; i++)
        {
            _numbers.Add(_packs[i].Id, i);
        }
    }

    /// <summary>Packs that index blobs name, by what they hold for the sets.</summary>
    public IEnumerable<UsedPack> Packs =>
        Enumerable.Range(0, _packs.Length).Select(i => new UsedPack(_packs[i], _total[i], _used[i]));

    /// <summary>Chunks that the sets need and no index blob names.</summary>
    public long Missing { get; private set; }

    /// <summary>The first of them.</summary>
    public ChunkId FirstMissing { get; private set; }

    /// <param name="rows">Every place; it stays the caller's, and lives as long as this.</param>
    /// <param name="reached">In order, each once.</param>
    /// <param name="isWhole">Whether a pack is in the store in its length.</param>
    /// <param name="told">Told of each chunk's place that counts, its bytes in the store, and the number of its set.</param>
    public static PackUse Count(
        RowFile rows,
        IEnumerable<ReachedChunk> reached,
        Func<PackEntry, bool> isWhole,
        Action<ChunkPlace, int>? told = null
    )
    {
        PackUse use = new(rows);
        bool[] whole = [.. use._packs.Select(isWhole)];
        using IEnumerator<ReachedChunk> wanted = reached.GetEnumerator();
        bool any = wanted.MoveNext();
        List<(int Row, ChunkPlace Place)> places = [];
        int row = 0;
        foreach (ChunkPlace place in rows.Enumerate())
        {
            if (places.Count > 0 && places[0].Place.Id != place.Id)
            {
                Close();
            }

            places.Add((row++, place));
            use._total[use._numbers[place.Pack.Id]] += place.Length;
        }

        if (places.Count > 0)
        {
            Close();
        }

        for (; any; any = wanted.MoveNext())
        {
            use.Miss(wanted.Current);
        }

        return use;

        void Close()
        {
            ChunkId id = places[0].Place.Id;
            for (; any && wanted.Current.Id < id; any = wanted.MoveNext())
            {
                use.Miss(wanted.Current);
            }

            if (any && wanted.Current.Id == id)
            {
                int first = places.FindIndex(place => whole[use._numbers[place.Place.Pack.Id]]);
                (int number, ChunkPlace counts) = places[Math.Max(first, 0)];
                use._counts[number] = true;
                use._used[use._numbers[counts.Pack.Id]] += counts.Length;
                told?.Invoke(counts, wanted.Current.Set);
                any = wanted.MoveNext();
            }

            places.Clear();
        }
    }

    /// <summary>
    /// The places that count, in order of the chunks' ids, each with the lowest id of other packs that have the chunk as
    /// well; null where none has.
    /// </summary>
    public IEnumerable<(ChunkPlace Place, PackId? LowestOther)> Places()
    {
        int row = 0;
        List<ChunkPlace> places = [];
        int counts = -1;
        foreach (ChunkPlace place in _rows.Enumerate())
        {
            if (places.Count > 0 && places[0].Id != place.Id)
            {
                if (counts >= 0)
                {
                    yield return WithOther(places, counts);
                }

                places.Clear();
                counts = -1;
            }

            counts = _counts[row++] ? places.Count : counts;
            places.Add(place);
        }

        if (counts >= 0)
        {
            yield return WithOther(places, counts);
        }
    }

    private static (ChunkPlace Place, PackId? LowestOther) WithOther(List<ChunkPlace> places, int counts)
    {
        PackId? lowest = null;
        foreach (ChunkPlace place in places)
        {
            if (place.Pack.Id != places[counts].Pack.Id && (lowest is not { } other || place.Pack.Id < other))
            {
                lowest = place.Pack.Id;
            }
        }

        return (places[counts], lowest);
    }

    /// <summary>What a pack holds and what the sets need of it.</summary>
    public UsedPack this[PackId pack] => new(_packs[_numbers[pack]], _total[_numbers[pack]], _used[_numbers[pack]]);

    private void Miss(ReachedChunk chunk)
    {
        if (!chunk.IsNeeded)
        {
            return;
        }

        FirstMissing = Missing == 0 ? chunk.Id : FirstMissing;
        Missing++;
    }
}

/// <param name="Total">Bytes of all chunks of the pack, before compression.</param>
/// <param name="Used">Bytes of those that count.</param>
internal readonly record struct UsedPack(PackEntry Pack, long Total, long Used)
{
    /// <summary>About as many bytes of the pack hold nothing that is needed.</summary>
    public long UnusedBytes => Total == 0 ? Pack.Length : (long)(Pack.Length * (1 - ((double)Used / Total)));
}

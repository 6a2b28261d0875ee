namespace AlfrescoBackupFlows.Repository.Sorting;

/// <summary>Merges sorted files into one sorted sequence; holds one record of each.</summary>
internal static class SpillMerge
{
    public static IEnumerable<ReadOnlyMemory<byte>> Merge(IReadOnlyList<SpillFile> files, SpanComparison comparison)
    {
        byte[][] records = new byte[files.Count][];
        int[] lengths = new int[files.Count];
        Comparer<int> order = Comparer<int>.Create(
            (left, right) =>
                comparison(records[left].AsSpan(0, lengths[left]), records[right].AsSpan(0, lengths[right]))
        );
        PriorityQueue<int, int> queue = new(order);
        for (int i = 0; i < files.Count; i++)
        {
            records[i] = new byte[256];
            Enqueue(i);
        }

        while (queue.TryDequeue(out int file, out _))
        {
            yield return records[file].AsMemory(0, lengths[file]);
            Enqueue(file);
        }

        void Enqueue(int file)
        {
            lengths[file] = files[file].ReadNext(ref records[file]);
            if (lengths[file] >= 0)
            {
                queue.Enqueue(file, file);
            }
        }
    }
}

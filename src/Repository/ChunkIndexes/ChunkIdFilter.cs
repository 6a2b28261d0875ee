using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.ChunkIndexes;

/// <summary>
/// Says of most ids which are not among those that were added that they are not, without a read: a Bloom filter of
/// 16 bits an id, four of them in one word. It may err the other way, in about one of a hundred. Ids are keyed hashes,
/// so their own bits serve. Adding is for one thread at a time.
/// </summary>
/// <param name="ids">How many will be added.</param>
internal sealed class ChunkIdFilter(long ids)
{
    private const int IdsPerWord = 4;
    private const int BitsPerId = 4;

    private readonly ulong[] _words = new ulong[(ids / IdsPerWord) + 1];

    public void Add(ChunkId id) => _words[WordOf(id)] |= BitsOf(id);

    public bool MayHold(ChunkId id) => BitsOf(id) is var bits && (_words[WordOf(id)] & bits) == bits;

    private int WordOf(ChunkId id) => (int)Math.BigMul((ulong)(id.Value >> 64), (ulong)_words.Length, out _);

    private static ulong BitsOf(ChunkId id)
    {
        ulong rest = (ulong)id.Value;
        ulong bits = 0;
        for (int i = 0; i < BitsPerId; i++, rest >>= 6)
        {
            bits |= 1UL << (int)(rest & 63);
        }

        return bits;
    }
}

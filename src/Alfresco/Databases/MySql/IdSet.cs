using System.Runtime.InteropServices;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// A set of row ids, one bit each in pages of 8 KiB: 20 million ids that follow one another take 2.5 MiB.
/// </summary>
internal sealed class IdSet
{
    private const int PageBits = 16;
    private readonly Dictionary<long, ulong[]> _pages = [];

    public void Add(long id)
    {
        ref ulong[]? page = ref CollectionsMarshal.GetValueRefOrAddDefault(_pages, id >> PageBits, out _);
        page ??= new ulong[(1 << PageBits) / 64];
        int bit = (int)(id & ((1 << PageBits) - 1));
        page[bit >> 6] |= 1UL << (bit & 63);
    }

    public bool Contains(long id)
    {
        int bit = (int)(id & ((1 << PageBits) - 1));
        return _pages.TryGetValue(id >> PageBits, out ulong[]? page) && (page[bit >> 6] & (1UL << (bit & 63))) != 0;
    }
}

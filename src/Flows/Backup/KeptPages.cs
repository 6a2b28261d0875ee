using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Flows.Runtime;

namespace AlfrescoBackupFlows.Flows.Backup;

/// <summary>
/// The pages that a flow carries from one activity to the next, as many as its history has room for: a payload stays under
/// 16 KB.
/// </summary>
/// <param name="beside">What else stands in the longest of these payloads.</param>
internal sealed class KeptPages(ImmutableArray<string> beside)
{
    /// <summary>Of all of them, before they are written as text.</summary>
    private const int MaxBytes = 9000;

    /// <summary>Of a payload, for pages and what stands beside them; the rest of it is numbers.</summary>
    private const int MaxText = 14_000;

    /// <summary>Of one: so that the first does not take it all.</summary>
    private const int MaxOfOne = 4000;
    private const int MaxName = 32;

    private readonly List<KeptPage> _pages = [];
    private int _left = Math.Min(MaxBytes, (MaxText - beside.Sum(Encoding.UTF8.GetByteCount)) / 4 * 3);

    /// <summary>Default where there are none, so that it is no part of an input.</summary>
    public ImmutableArray<KeptPage> Pages => _pages.Count == 0 ? default : [.. _pages];

    public IEnumerable<string> Names => _pages.Select(page => page.Name);

    /// <summary>What a page may have.</summary>
    public int Room => RoomOf(1);

    /// <summary>What each of several pages may have that come side by side.</summary>
    public int RoomOf(int pages) => Math.Max(0, Math.Min(MaxOfOne, (_left / pages) - MaxName));

    /// <summary>Of something else that the longest payloads will have.</summary>
    public void MakeRoomFor(string text) => _left -= Encoding.UTF8.GetByteCount(text) / 4 * 3;

    public void Add(string name, byte[]? page)
    {
        if (page is not null)
        {
            _pages.Add(new KeptPage(name, page));
            _left -= page.Length + MaxName;
        }
    }
}

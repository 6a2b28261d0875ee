using System.Collections.Immutable;
using System.Text.Unicode;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>What a person should know of a capture: counts of everything, and a few names of each kind.</summary>
internal sealed class CaptureNotes(string root)
{
    /// <summary>Warnings kept per step and per root.</summary>
    public const int MaxWarnings = 6;

    private readonly List<string> _warnings = [];
    private byte[]? _unreadable;

    public long UnreadableCount { get; private set; }

    public long SkippedCount { get; private set; }

    public long BrokenTrustCount { get; private set; }

    public ImmutableArray<string> Warnings => [.. _warnings];

    public void Unreadable(ReadOnlySpan<byte> path)
    {
        // A required file is tried in more than one way.
        if (!path.SequenceEqual(_unreadable))
        {
            _unreadable = path.ToArray();
            UnreadableCount++;
            Add(path, "cannot be read: give the account that runs abf the right to, or look at the disk");
        }
    }

    public void Skipped(ReadOnlySpan<byte> path, EntryType type)
    {
        SkippedCount++;
        Add(
            path,
            type == EntryType.Symlink
                ? "is a symbolic link; it is in the set, as a file, only where the database requires it"
                : "is no regular file; it is not in the set"
        );
    }

    /// <summary>Says so where a name is not valid UTF-8; it is captured all the same.</summary>
    public void Name(ReadOnlySpan<byte> path)
    {
        if (!Utf8.IsValid(path))
        {
            Add(path, "has a name that is not valid UTF-8; it is in the set under the same bytes");
        }
    }

    public void Gone(ReadOnlySpan<byte> path) => Add(path, "is in the set before, and is not there any more");

    public void Unstable(ReadOnlySpan<byte> path) => Add(path, "changed while it was read");

    public void SourceMissing(ReadOnlySpan<byte> path) =>
        Add(path, "is missing from the source though the database requires it; carried over from the parent set");

    public void SourceChanged(ReadOnlySpan<byte> path) =>
        Add(
            path,
            "is not what the parent set holds though the database requires that; the parent set's content is carried "
                + "over"
        );

    public void BrokenTrust(ReadOnlySpan<byte> path)
    {
        BrokenTrustCount++;
        Add(path, "changed its names without changing its times: every file of this root is looked at from now on");
    }

    private void Add(ReadOnlySpan<byte> path, string what)
    {
        if (_warnings.Count < MaxWarnings)
        {
            string display = TreePath.Display(path);
            display = display.Length > 200 ? string.Concat(display.AsSpan(0, 200), "...") : display;
            _warnings.Add($"{root}/{display} {what}.");
        }
    }
}

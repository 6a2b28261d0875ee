using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>
/// Which packs a sample reads. Their ids are drawn, so their order is a random one; a turn goes through it as through a
/// circle, and comes to every pack that is there when it passes.
/// </summary>
internal sealed class SamplePlan
{
    private readonly SampleStart _start;
    private readonly UInt128 _origin;

    /// <param name="needed">All packs that could be read.</param>
    public SamplePlan(SampleStart start, SampleRequest request, IReadOnlyList<PackEntry> needed)
    {
        _start = start;
        _origin = PackId.TryParse(start.After, out PackId after) ? Turned(after) : default;
        HashSet<string> damaged = [.. start.Damaged];
        PackEntry[] again = [.. needed.Where(pack => damaged.Contains(pack.Id.ToString()))];
        double goal = (request.Share ?? 1) * needed.Sum(static pack => (double)pack.Length);
        double sum = 0;
        Packs =
        [
            .. again,
            .. needed
                .Except(again)
                .OrderBy(pack => PlaceOf(pack.Id))
                .TakeWhile(pack => (sum += pack.Length) - pack.Length < goal),
        ];
    }

    /// <summary>Those in which damage was found before, then the share, in the order of the circle.</summary>
    public ImmutableArray<PackEntry> Packs { get; }

    /// <summary>Those that come after a pack.</summary>
    /// <param name="last">The pack's id; null: all.</param>
    public IEnumerable<PackEntry> After(string? last) =>
        last is null ? Packs : Packs.SkipWhile(pack => pack.Id.ToString() != last).Skip(1);

    /// <summary>What is remembered when packs have been read.</summary>
    /// <param name="last">The pack that was read last.</param>
    /// <param name="read">Packs that were read.</param>
    /// <param name="damaged">Of all that were read, those with damage.</param>
    /// <param name="remembered">What is remembered now.</param>
    public SampleStart Reached(
        string last,
        IEnumerable<PackEntry> read,
        IReadOnlySet<PackId> damaged,
        SampleStart remembered
    )
    {
        HashSet<string> sound = [.. read.Where(pack => !damaged.Contains(pack.Id)).Select(pack => pack.Id.ToString())];

        // One that was read again does not move the turn.
        string after = _start.Damaged.Contains(last) ? _start.After : last;
        return new SampleStart(
            after,
            [
                .. _start
                    .Damaged.Union(remembered.Damaged)
                    .Where(pack => !sound.Contains(pack))
                    .Union(damaged.Select(static pack => pack.ToString()))
                    .Order(StringComparer.Ordinal),
            ]
        );
    }

    /// <summary>How far behind the origin, the origin itself last.</summary>
    private UInt128 PlaceOf(PackId pack) => unchecked(Turned(pack) - _origin - UInt128.One);

    /// <summary>An id begins with its class: its second half is what orders packs of all classes among each other.</summary>
    private static UInt128 Turned(PackId pack) => (pack.Value << 64) | (pack.Value >> 64);
}

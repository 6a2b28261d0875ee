using System.Globalization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>The state directory has room for the journal, the chunk index and the lists of a run.</summary>
internal sealed class StateRoomCheck : ICheck
{
    public const long Least = 256L << 20;

    /// <summary>Of the chunk index while it is merged, and of the sorted lists.</summary>
    private const long PerFile = 400;

    public string Id => "state-room";

    public string Why => "a run that cannot write its journal or its lists fails";

    /// <summary>What is expected may be more than a run needs.</summary>
    public bool IsPreflight => false;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        string state = subject.Options.State!;
        string? existing = FileSystemRoom.NearestExisting(Path.GetFullPath(state));
        FileSystemRoom? room = existing is null ? null : FileSystemRoom.TryLook(existing);
        return Task.FromResult<IEnumerable<Notice>>(
            room is null ? [] : [.. Judge(room, subject.Last?.Totals.Files ?? 0, state)]
        );
    }

    internal IEnumerable<Notice> Judge(FileSystemRoom room, long files, string state)
    {
        long needed = Least + (files * PerFile);
        if (room.Bytes < needed || room.Files == 0)
        {
            yield return new Notice(
                Id,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"state '{state}': {room}, and a run is expected to need up to {needed} bytes"
                ),
                Why,
                "make room there, or name a directory on another disk"
            );
        }
    }
}

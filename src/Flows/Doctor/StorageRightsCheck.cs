using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>
/// Writes a small blob into the control store, twice, and deletes it: whether this host may write, whether the store
/// keeps what is there, and whether it lets go of anything.
/// </summary>
internal sealed class StorageRightsCheck : ICheck
{
    private const string Prefix = "doctor-probe-";

    /// <summary>Of earlier probes that could not be deleted then.</summary>
    private const int MaxLeftovers = 20;

    /// <summary>An older probe is nobody's any more.</summary>
    private static readonly TimeSpan LeftAfter = TimeSpan.FromHours(1);

    public string Id => "storage-rights";

    public string Why => "no set can be stored";

    public bool IsPreflight => false;

    public async Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        if (subject.Environment is not { } environment)
        {
            return [];
        }

        RequireWritable(subject);
        IBlobStore control = environment.Stores.Control;
        string probe = Prefix + Guid.NewGuid().ToString("n");
        DateTimeOffset asked = subject.Time.GetUtcNow();
        await control.PutIfAbsentAsync(probe, "first"u8.ToArray(), cancellationToken);
        DateTimeOffset answered = subject.Time.GetUtcNow();
        PutOutcome second;
        BlobProperties? properties;
        try
        {
            second = await control.PutIfAbsentAsync(probe, "second"u8.ToArray(), cancellationToken);
            properties = await control.GetPropertiesAsync(probe, cancellationToken);
        }
        catch
        {
            await TryDeleteAsync(control, probe, cancellationToken);
            throw;
        }

        string? kept = await TryDeleteAsync(control, probe, cancellationToken);
        if (properties is null)
        {
            throw new PermanentException(
                ErrorKind.Storage,
                $"repository.url: {control.Location} took a blob and has none; use another storage"
            );
        }

        subject.Clocks["the storage"] = properties.Created - (asked + ((answered - asked) / 2));
        if (second == PutOutcome.Created)
        {
            throw new PermanentException(
                ErrorKind.Storage,
                $"repository.url: {control.Location} replaces a blob that is there where it is asked not to; use a "
                    + "storage that takes conditional writes (If-None-Match)"
            )
            {
                Ids = ["storage-conditional-write"],
            };
        }

        if (kept is not null)
        {
            return
            [
                new Notice(
                    "storage-immutable",
                    $"{control.Location} deletes nothing for this host ({kept}); the probe '{probe}' stays",
                    "what was stored cannot be lost through this host, and its storage is not given back by it either",
                    "nothing to do where that is meant"
                )
                {
                    Severity = NoticeSeverity.Info,
                },
            ];
        }

        await DeleteLeftoversAsync(control, properties.Created - LeftAfter, cancellationToken);
        return [];
    }

    /// <summary>
    /// The sets' own store, where it is a directory and so can be asked without a write. What is written there stays.
    /// </summary>
    private static void RequireWritable(Subject subject)
    {
        string url = subject.Options.Repository.Url!;
        if (DirectoryUrl.TryParse(url) is { } path && FileSystemRoom.WhyNotWritable(path) is { } why)
        {
            throw new PermanentException(
                ErrorKind.Storage,
                $"repository.url: nothing can be written to {path} ({why}); give the account that runs abf the right to"
            );
        }
    }

    /// <returns>Why the store keeps it; null where it is gone.</returns>
    private static async Task<string?> TryDeleteAsync(
        IBlobStore store,
        string name,
        CancellationToken cancellationToken
    )
    {
        try
        {
            BlobDeletion deletion = await store.TryDeleteAsync(name, cancellationToken);
            return deletion.IsGone ? null
                : deletion.Until is { } until ? $"a policy keeps what is stored until {until:u}"
                : "a policy or a legal hold keeps what is stored";
        }
        catch (PermanentException e)
        {
            return e.Message;
        }
    }

    private static async Task DeleteLeftoversAsync(
        IBlobStore store,
        DateTimeOffset before,
        CancellationToken cancellationToken
    )
    {
        List<string> left = [];
        await foreach (BlobItem item in store.ListAsync(Prefix, cancellationToken))
        {
            if (item.Created < before)
            {
                left.Add(item.Name);
            }

            if (left.Count == MaxLeftovers)
            {
                break;
            }
        }

        foreach (string name in left)
        {
            await TryDeleteAsync(store, name, cancellationToken);
        }
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>A set that is never forgotten.</summary>
/// <param name="Reason">Why, one line; empty where none was given.</param>
/// <param name="Time">When it was pinned, by the clock of whoever did.</param>
public sealed record Pin(string Reason, DateTimeOffset Time);

/// <summary>
/// What keeps sets from being forgotten, in the control store: pins, which people set, and the leases of those who read
/// a set just now. A reader that died lets go of its set when its lease ends.
/// </summary>
/// <param name="control">The control store.</param>
internal sealed class SetMarks(IBlobStore control)
{
    public const string ReadingPrefix = "reading/";
    private const string PinsPrefix = "pins/";

    /// <summary>In the place of a set: every one of them is read.</summary>
    public const string All = "all";

    public Task PinAsync(RunId set, Pin pin, CancellationToken cancellationToken) =>
        control.PutAsync(
            $"{PinsPrefix}{set}",
            JsonSerializer.SerializeToUtf8Bytes(pin, PinJson.Default.Pin),
            cancellationToken
        );

    /// <returns>False: it was not pinned.</returns>
    public Task<bool> UnpinAsync(RunId set, CancellationToken cancellationToken) =>
        control.DeleteAsync($"{PinsPrefix}{set}", cancellationToken);

    public async Task<IReadOnlySet<RunId>> ListPinnedAsync(CancellationToken cancellationToken)
    {
        HashSet<RunId> pinned = [];
        await foreach (BlobItem item in control.ListAsync(PinsPrefix, cancellationToken))
        {
            if (RunId.TryParse(item.Name[PinsPrefix.Length..], out RunId set))
            {
                pinned.Add(set);
            }
        }

        return pinned;
    }

    /// <summary>The sets that somebody reads just now; those of readers that died are cleared away.</summary>
    /// <returns>Whether all of them are read, and which besides.</returns>
    public async Task<(bool All, IReadOnlySet<RunId> Sets)> ListReadAsync(CancellationToken cancellationToken)
    {
        bool all = false;
        HashSet<RunId> sets = [];
        foreach (
            BlobItem item in await control.ListAsync(ReadingPrefix, cancellationToken).ToListAsync(cancellationToken)
        )
        {
            string[] parts = item.Name.Split('/');
            if (parts.Length != 3 || !await IsHeldAsync(item.Name, cancellationToken))
            {
                continue;
            }

            all |= parts[1] == All;
            if (RunId.TryParse(parts[1], out RunId set))
            {
                sets.Add(set);
            }
        }

        return (all, sets);
    }

    private async Task<bool> IsHeldAsync(string name, CancellationToken cancellationToken)
    {
        Guid own = Guid.NewGuid();
        if (!await control.AcquireLeaseAsync(name, own, BlobLease.MinDuration, cancellationToken))
        {
            return true;
        }

        await control.ReleaseLeaseAsync(name, own, cancellationToken);
        try
        {
            await control.DeleteAsync(name, cancellationToken);
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Storage)
        {
            // Its reader came back: what it holds from here on is seen the next time.
            return true;
        }

        return false;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Pin))]
internal sealed partial class PinJson : JsonSerializerContext;

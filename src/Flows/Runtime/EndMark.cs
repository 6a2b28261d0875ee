using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// A blob of the control store that says when something came to its end last, or was begun, on whichever host, so that the
/// next host knows when it is due.
/// </summary>
internal sealed class EndMark(IBlobStore control, string name, TimeProvider time)
{
    private const int MaxBytes = 4096;

    public Task WriteAsync(CancellationToken cancellationToken) => PutAsync(time.GetUtcNow(), cancellationToken);

    /// <summary>What was begun was not: the mark is as it was before.</summary>
    /// <param name="before">As it was read; null: there was none.</param>
    public Task TakeBackAsync(DateTimeOffset? before, CancellationToken cancellationToken) =>
        before is { } ended ? PutAsync(ended, cancellationToken) : control.DeleteAsync(name, cancellationToken);

    /// <summary>Whether it is so long ago, or nobody knows: once too many does no harm.</summary>
    public async Task<bool> IsDueAsync(TimeSpan every, CancellationToken cancellationToken) =>
        await ReadAsync(cancellationToken) is not { } last || RecordedTime.IsDue(last, every, time.GetUtcNow());

    /// <summary>Null: it never came to its end, or nobody knows.</summary>
    public async Task<DateTimeOffset?> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[MaxBytes];
        int? length = await control.ReadAsync(name, 0, bytes, cancellationToken);
        try
        {
            return length is null
                ? null
                : JsonSerializer.Deserialize(bytes.AsSpan(0, length.Value), EndMarkJson.Default.LastEnd)?.Ended;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task PutAsync(DateTimeOffset ended, CancellationToken cancellationToken) =>
        control.PutAsync(
            name,
            JsonSerializer.SerializeToUtf8Bytes(new LastEnd(ended), EndMarkJson.Default.LastEnd),
            cancellationToken
        );
}

/// <param name="Ended">By the clock of the host.</param>
internal sealed record LastEnd(DateTimeOffset Ended);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LastEnd))]
internal sealed partial class EndMarkJson : JsonSerializerContext;

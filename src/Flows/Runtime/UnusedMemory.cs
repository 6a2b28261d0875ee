using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>The unused bytes of a repository, as they were counted last.</summary>
/// <param name="Time">From it on the next try is a week away: that of the last one, or earlier where that one
/// failed.</param>
/// <param name="Bytes">Null: they were never counted to the end.</param>
/// <param name="Counted">When they were; null: an older version did not say.</param>
public sealed record MeasuredUnused(DateTimeOffset Time, long? Bytes, DateTimeOffset? Counted = null);

/// <summary>
/// Remembers them in the state directory, because a nightly command is another process each time: as the last prune of this
/// machine counted them, or measured once a week, because that follows every set.
/// </summary>
/// <param name="name">Of the installation.</param>
public sealed class UnusedMemory(string state, string name, TimeProvider time)
{
    private const int MaxBytes = 4096;

    private static readonly TimeSpan Every = TimeSpan.FromDays(7);

    /// <summary>A fault may be gone tomorrow; that it takes too long will be so still.</summary>
    private static readonly TimeSpan AfterFault = TimeSpan.FromDays(1);

    private readonly string _path = $"metrics/{name}.json";

    public static UnusedMemory Of(FlowEnvironment environment) =>
        new(environment.Options.State!, environment.Options.Installation.Name ?? "default", environment.Time);

    /// <summary>Null: never counted, or what was remembered cannot be read.</summary>
    public MeasuredUnused? Read()
    {
        try
        {
            return Open().TryReadAll(_path, MaxBytes) is { } bytes
                ? JsonSerializer.Deserialize(bytes, UnusedJson.Default.MeasuredUnused)
                : null;
        }
        catch (Exception e) when (IsFault(e))
        {
            return null; // It is measured again.
        }
    }

    /// <summary>Somebody counted them just now. Where it cannot be written down, they are measured again, and that is
    /// all.</summary>
    public void TryNote(long bytes)
    {
        try
        {
            DateTimeOffset now = time.GetUtcNow();
            Write(new MeasuredUnused(now, bytes, now));
        }
        catch (Exception e) when (IsFault(e))
        {
            // As said above.
        }
    }

    /// <summary>
    /// Measures again where the last count or try is a week ago, or a day where that one failed. The try is remembered before
    /// it begins: where it takes longer than anybody waits, every look would else begin with it anew.
    /// </summary>
    /// <param name="measure">Takes minutes, where there are many files.</param>
    public async Task RenewAsync(Func<CancellationToken, Task<long>> measure, CancellationToken cancellationToken)
    {
        MeasuredUnused? last = Read();
        DateTimeOffset now = time.GetUtcNow();
        if (last is null || RecordedTime.IsDue(last.Time, Every, now))
        {
            var tried = new MeasuredUnused(now, last?.Bytes, last is null ? null : last.Counted ?? last.Time);
            Write(tried);
            try
            {
                Write(new MeasuredUnused(now, await measure(cancellationToken), now));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Write(tried with { Time = now - Every + AfterFault });
                throw;
            }
        }
    }

    private static bool IsFault(Exception e) =>
        e is IOException or UnauthorizedAccessException or JsonException or AbfException;

    private void Write(MeasuredUnused measured) =>
        Open()
            .Replace(
                _path,
                $"{_path}.{Guid.NewGuid():n}",
                JsonSerializer.SerializeToUtf8Bytes(measured, UnusedJson.Default.MeasuredUnused)
            );

    private OwnTree Open() => OwnTree.OpenPrivate(StateDirectory.Prepare(state));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MeasuredUnused))]
internal sealed partial class UnusedJson : JsonSerializerContext;

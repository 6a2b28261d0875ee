using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;

namespace AlfrescoBackupFlows.Hosting.Monitoring;

/// <summary>The unused bytes of a repository, as they were measured last.</summary>
/// <param name="Time">Of the last try, whatever came of it.</param>
/// <param name="Bytes">Null: no try has come to its end yet.</param>
public sealed record MeasuredUnused(DateTimeOffset Time, long? Bytes);

/// <summary>
/// Measures them once a week, because that follows every set, and remembers them in the state directory: a nightly
/// command is another process each time.
/// </summary>
/// <param name="name">Of the installation.</param>
/// <param name="measure">Takes minutes, where there are many files.</param>
public sealed class UnusedMemory(
    string state,
    string name,
    Func<CancellationToken, Task<long>> measure,
    TimeProvider time
)
{
    private const int MaxBytes = 4096;

    private static readonly TimeSpan Every = TimeSpan.FromDays(7);

    private readonly string _path = $"metrics/{name}.json";

    /// <summary>Null: never measured, or what was remembered cannot be read.</summary>
    public MeasuredUnused? Read()
    {
        try
        {
            return Open().TryReadAll(_path, MaxBytes) is { } bytes
                ? JsonSerializer.Deserialize(bytes, MonitoringJson.Default.MeasuredUnused)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or AbfException)
        {
            return null; // It is measured again.
        }
    }

    /// <summary>
    /// Measures again where the last try is long ago. The try is remembered before it begins: where it takes longer than
    /// anybody waits, every look would else begin with it anew.
    /// </summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        MeasuredUnused? last = Read();
        DateTimeOffset now = time.GetUtcNow();
        if (last is null || RecordedTime.IsDue(last.Time, Every, now))
        {
            Write(new MeasuredUnused(now, last?.Bytes));
            Write(new MeasuredUnused(now, await measure(cancellationToken)));
        }
    }

    private void Write(MeasuredUnused measured) =>
        Open()
            .Replace(
                _path,
                $"{_path}.{Guid.NewGuid():n}",
                JsonSerializer.SerializeToUtf8Bytes(measured, MonitoringJson.Default.MeasuredUnused)
            );

    private OwnTree Open() => OwnTree.OpenPrivate(StateDirectory.Prepare(state));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MeasuredUnused))]
internal sealed partial class MonitoringJson : JsonSerializerContext;

using System.Text.Json;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>A problem that was told and not yet called over.</summary>
/// <param name="Since">When it was told first.</param>
/// <param name="Told">When it was told last.</param>
internal sealed record StandingProblem(DateTimeOffset Since, DateTimeOffset Told, string Message);

/// <summary>
/// What was told by this host, in the state directory: a nightly command is another process each time. Where it cannot be
/// kept, things are told more often, and that is all.
/// </summary>
internal sealed class NotificationMemory(string state, string installation, Action<string> say)
{
    private const int MaxBytes = 1 << 20;

    private readonly string _path = $"notified/{installation}.json";
    private readonly Lock _gate = new();

    /// <summary>By their keys.</summary>
    public Dictionary<string, StandingProblem> Read()
    {
        lock (_gate)
        {
            try
            {
                return Open().TryReadAll(_path, MaxBytes) is { } bytes
                    ? JsonSerializer.Deserialize(bytes, NotificationJson.Default.DictionaryStringStandingProblem) ?? []
                    : [];
            }
            catch (Exception e) when (IsFault(e))
            {
                say($"what was told earlier cannot be read ({e.Message}): it is told again");
                return [];
            }
        }
    }

    public void Write(Dictionary<string, StandingProblem> standing)
    {
        lock (_gate)
        {
            try
            {
                Open()
                    .Replace(
                        _path,
                        $"{_path}.{Guid.NewGuid():n}",
                        JsonSerializer.SerializeToUtf8Bytes(
                            standing,
                            NotificationJson.Default.DictionaryStringStandingProblem
                        )
                    );
            }
            catch (Exception e) when (IsFault(e))
            {
                say($"what was told cannot be remembered ({e.Message}): it will be told again");
            }
        }
    }

    private OwnTree Open() => OwnTree.OpenPrivate(StateDirectory.Prepare(state));

    private static bool IsFault(Exception e) =>
        e is IOException or UnauthorizedAccessException or JsonException or AbfException;
}

using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>A file of the state directory that holds a head of a log.</summary>
/// <param name="state">The state directory.</param>
/// <param name="path">The file, relative to it.</param>
internal sealed class HeadFile(string state, string path)
{
    private const int MaxBytes = 64 * 1024;

    private readonly OwnTree _state = OwnTree.OpenPrivate(StateDirectory.Prepare(state));

    /// <summary>Null: none was written yet.</summary>
    public RememberedHead? Read()
    {
        try
        {
            return
                _state.TryReadAll(path, MaxBytes) is { } bytes
                && JsonSerializer.Deserialize(bytes, HeadJson.Default.RememberedHead) is { } head
                ? head with
                {
                    File = _state.Describe(path),
                }
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: {_state.Describe(path)} cannot be read ({e.Message}): give it to the user that runs "
                    + "abf (chown)",
                e
            );
        }
        catch (JsonException e)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: {_state.Describe(path)} is damaged: look whether the repository's sets are as they should "
                    + "be, then delete it",
                e
            );
        }
    }

    /// <summary>Only forward: another command may have seen a newer head meanwhile.</summary>
    /// <param name="overwrites">Backward as well.</param>
    /// <returns>Why it could not be written; null where it was.</returns>
    public string? TryWrite(RememberedHead head, bool overwrites = false)
    {
        if (!overwrites && Read() is { } known && known.Sequence >= head.Sequence)
        {
            return null;
        }

        try
        {
            _state.Replace(
                path,
                $"{path}.{Guid.NewGuid():n}",
                JsonSerializer.SerializeToUtf8Bytes(head, HeadJson.Default.RememberedHead)
            );
            return null;
        }
        catch (UnsafeEntryException e)
        {
            throw new PermanentException(ErrorKind.Configuration, $"state: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"state: {_state.Describe(path)} cannot be written ({e.Message}): make room, or give the right to "
                + "write there";
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RememberedHead))]
internal sealed partial class HeadJson : JsonSerializerContext;

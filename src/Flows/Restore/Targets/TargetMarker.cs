using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>How far the database is, as the marker tells an attempt that follows a killed one.</summary>
public enum DatabaseProgress
{
    /// <summary>Nothing was written to it.</summary>
    Untouched,

    /// <summary>The vendor's client was started on an empty database.</summary>
    Started,

    /// <summary>The dump is in.</summary>
    Restored,
}

/// <summary>
/// What <c>.abf-restore</c> holds: a directory with it is not finished, and only the same set goes on in it.
/// </summary>
/// <param name="Url">The database that <paramref name="Database"/> speaks of; null while it is untouched.</param>
/// <param name="MadeTarget">The directory was not there before.</param>
public sealed record TargetMark(
    RunId Set,
    string Repository,
    DatabaseProgress Database,
    string? Url = null,
    bool MadeTarget = false
)
{
    /// <summary>The part of the set that is restored; null: all of it.</summary>
    public RestoreSelection? Selection { get; init; }

    /// <summary>The directory was a damaged installation before: what is in it may be nobody's to replace.</summary>
    public bool Repair { get; init; }

    /// <summary>How far this database is; one that an earlier attempt did not name is untouched.</summary>
    public DatabaseProgress ProgressOf(RestoreDatabaseTarget database) =>
        Url is null || IsOf(database) ? Database : DatabaseProgress.Untouched;

    /// <summary>An attempt was made on this database.</summary>
    public bool IsOf(RestoreDatabaseTarget database) => Url is { } url && PlaceOf(url) == PlaceOf(database.Url);

    /// <summary>
    /// The same database under whatever user and query: who corrects these after a failure goes on in it.
    /// </summary>
    private static string PlaceOf(string url) =>
        DatabaseConnection.FromRestoreUrl(url, password: null, toolPath: null).Place;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TargetMark))]
internal sealed partial class TargetMarkJson : JsonSerializerContext;

/// <summary>Reads and writes <c>.abf-restore</c> in the target directory.</summary>
internal sealed class TargetMarker(string target)
{
    public const string Name = ".abf-restore";

    /// <summary>
    /// What the marker is called until it is whole. A kill may leave it behind, alone in the target; it tells nothing.
    /// </summary>
    public const string TemporaryName = Name + ".new";

    /// <summary>Of a directory that a restore made and did not come to its mode.</summary>
    public const int NewDirectoryMode = 0x1C0; // 0700

    private const int MaxBytes = 64 * 1024;

    private readonly OwnTree _target = OwnTree.OpenShared(target);

    private string Path => _target.Describe(Name);

    /// <summary>Null where there is none.</summary>
    /// <exception cref="PermanentException">Kind Target: there is a file of this name that is not ours.</exception>
    public TargetMark? TryRead()
    {
        try
        {
            return _target.TryReadAll(Name, MaxBytes) is { } bytes
                ? JsonSerializer.Deserialize(bytes, TargetMarkJson.Default.TargetMark) ?? throw NotOurs(null)
                : null;
        }
        catch (JsonException e)
        {
            throw NotOurs(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e);
        }
    }

    public void Write(TargetMark mark)
    {
        try
        {
            _target.Delete(TemporaryName);
            _target.Replace(
                Name,
                TemporaryName,
                JsonSerializer.SerializeToUtf8Bytes(mark, TargetMarkJson.Default.TargetMark)
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e);
        }
    }

    /// <summary>
    /// Makes the target with the marker in it. It is never there without: a restore that was killed in between would be
    /// taken for one into a directory of the administrator's, whose owner and mode stay.
    /// </summary>
    public void MakeTarget(TargetMark mark)
    {
        string place = System.IO.Path.TrimEndingDirectorySeparator(target) + TemporaryName;
        var marker = new TargetMarker(place);
        try
        {
            if (GivenPath.IsDirectory(place))
            {
                // Of an attempt that was killed here: a link, and what is somebody else's, is refused, not emptied.
                TargetTree.Open(place).Dispose();
                marker.Remove();
                GivenPath.DeleteEmptyDirectory(place);
            }

            TargetTree.Open(place, create: true).Dispose();
            marker.Write(mark);
            GivenPath.RenameDirectory(place, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw marker.Fault(e);
        }
    }

    /// <summary>The last step: the target is whole.</summary>
    public void Remove()
    {
        try
        {
            if (_target.TryIdentify() is null)
            {
                return;
            }

            _target.Delete(TemporaryName);
            _target.Delete(Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e);
        }
    }

    private PermanentException NotOurs(Exception? cause) =>
        new(
            ErrorKind.Target,
            $"'{Path}' is not the marker of a restore; name an empty directory with --target.",
            cause
        );

    private PermanentException Fault(Exception cause) =>
        new(
            ErrorKind.Target,
            $"'{Path}' cannot be read or written ({cause.Message}); correct that, or name another directory with "
                + "--target.",
            cause
        );
}

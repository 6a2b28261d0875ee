using System.Text.Json;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;

namespace AlfrescoBackupFlows.Flows.Drill.Activities;

/// <summary>The traces of drills in the state directory, one file each.</summary>
internal sealed class DrillTraces(BackupOptions options)
{
    private const string Directory = "drill-traces";
    private const int MaxBytes = 64 * 1024;

    private readonly OwnTree _tree = OwnTree.OpenPrivate(StateDirectory.MakeBeneath(options.State!, Directory));

    /// <summary>Several installations and repositories may share a state directory; of one there is one drill at a
    /// time.</summary>
    public string Owner { get; } = $"{options.Installation.Name} {StorePlace.Of(options.Repository.Url)}";

    public DrillTrace? TryRead(string id)
    {
        try
        {
            return _tree.TryReadAll(NameOf(id), MaxBytes) is { } bytes
                ? JsonSerializer.Deserialize(bytes, DrillJson.Default.DrillTrace)
                : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Fault(id, e);
        }
    }

    public void Write(DrillTrace trace)
    {
        string name = NameOf(trace.Work.Id);
        try
        {
            _tree.Delete($"{name}.new");
            _tree.Replace(
                name,
                $"{name}.new",
                JsonSerializer.SerializeToUtf8Bytes(trace, DrillJson.Default.DrillTrace)
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(trace.Work.Id, e);
        }
    }

    public void Remove(string id)
    {
        try
        {
            _tree.Delete(NameOf(id));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(id, e);
        }
    }

    /// <summary>Those of this installation and repository.</summary>
    public IReadOnlyList<DrillTrace> List()
    {
        List<string> ids = [];
        _tree.TryVisit(
            "",
            (name, type) =>
            {
                string text = System.Text.Encoding.UTF8.GetString(name);
                if (type == EntryType.File && text.EndsWith(".json", StringComparison.Ordinal))
                {
                    ids.Add(text[..^5]);
                }
            }
        );
        return [.. ids.Select(TryRead).OfType<DrillTrace>().Where(trace => trace.Owner == Owner)];
    }

    private static string NameOf(string id) => $"{id}.json";

    private PermanentException Fault(string id, Exception cause) =>
        new(
            ErrorKind.Configuration,
            $"state: '{_tree.Describe(NameOf(id))}', which says what a drill has made, cannot be read or written "
                + $"({cause.Message}); correct that, or look at what it says, remove that by hand, and delete it",
            cause
        );
}

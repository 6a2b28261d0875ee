using System.Collections;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Tasks;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>What every line belongs to that an activity logs: <c>abf.run</c> and <c>abf.phase</c>, as of the moment at which
/// a logger asks.</summary>
/// <param name="instance">Of the flow that the activity works for.</param>
internal sealed class LineScope(string instance, string? phase) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public static LineScope Of(string instance, string activity) => new(instance, BackupTasks.PhaseOf(activity));

    public string Instance => instance;

    /// <summary>Moves with the activity's progress; null: not known.</summary>
    public string? Phase { get; set; } = phase;

    public int Count => Phase is null ? 1 : 2;

    public KeyValuePair<string, object?> this[int index] =>
        index switch
        {
            0 => new("abf.run", RunScope.RunOf(instance)),
            1 when Phase is { } phase => new("abf.phase", phase),
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <summary>For loggers that write scopes as text.</summary>
    public override string ToString() => string.Join(' ', this.Select(static part => $"{part.Key}:{part.Value}"));

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using AlfrescoBackupFlows.Fuzz.Targets;

namespace AlfrescoBackupFlows.Fuzz;

/// <summary>The one list of targets: a parser of foreign bytes that is not here is not fuzzed.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. RepositoryTargets.All,
        .. StreamTargets.All,
        .. FileTargets.All,
        .. ArchiveTargets.All,
        .. AlfrescoTargets.All,
        .. DumpTargets.All,
        .. SettingTargets.All,
        .. ApiTargets.All,
    ];

    public static FuzzTarget Named(string name) =>
        All.FirstOrDefault(target => target.Name == name)
        ?? throw new ArgumentException($"There is no target '{name}'; 'list' names them.", nameof(name));
}

using System.Collections.Concurrent;
using AlfrescoBackupFlows.Platform.Files.Linux;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>Users and groups by number and by name, from the system's user database. Answers are cached. Elsewhere than
/// on Linux nothing has a name.</summary>
public sealed class OwnerNames
{
    private readonly ConcurrentDictionary<uint, string> _users = new();
    private readonly ConcurrentDictionary<uint, string> _groups = new();

    /// <summary>The user's name, or an empty text.</summary>
    public string User(uint uid) =>
        OperatingSystem.IsLinux() ? _users.GetOrAdd(uid, static id => UserDatabase.Name(user: true, id)) : "";

    /// <summary>The group's name, or an empty text.</summary>
    public string Group(uint gid) =>
        OperatingSystem.IsLinux() ? _groups.GetOrAdd(gid, static id => UserDatabase.Name(user: false, id)) : "";

    /// <summary>The user's number; null where there is no such user.</summary>
    public static uint? FindUser(string name) => OperatingSystem.IsLinux() ? UserDatabase.Id(user: true, name) : null;

    /// <summary>The group's number; null where there is no such group.</summary>
    public static uint? FindGroup(string name) => OperatingSystem.IsLinux() ? UserDatabase.Id(user: false, name) : null;
}

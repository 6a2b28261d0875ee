using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>A few small documents that outlive the process: what was told, and when.</summary>
public interface IKeptDocuments
{
    /// <summary>Null: there is none of this name.</summary>
    /// <exception cref="AbfException">It cannot be read.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken);

    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    Task WriteAsync(string name, byte[] bytes, CancellationToken cancellationToken);
}

/// <summary>In the state directory, of a host that has a disk of its own: a nightly command is another process each
/// time.</summary>
public sealed class StateDocuments(string state) : IKeptDocuments
{
    public Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(Open().TryReadAll(name, NotificationMemory.MaxBytes));

    public Task WriteAsync(string name, byte[] bytes, CancellationToken cancellationToken)
    {
        Open().Replace(name, $"{name}.{Guid.NewGuid():n}", bytes);
        return Task.CompletedTask;
    }

    private OwnTree Open() => OwnTree.OpenPrivate(StateDirectory.Prepare(state));
}

/// <summary>In the control store, for hosts that come and go and have no disk that stays.</summary>
public sealed class ControlDocuments(IBlobStore control) : IKeptDocuments
{
    public async Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[NotificationMemory.MaxBytes];
        return await control.ReadAsync(name, 0, bytes, cancellationToken) is { } length ? bytes[..length] : null;
    }

    public Task WriteAsync(string name, byte[] bytes, CancellationToken cancellationToken) =>
        control.PutAsync(name, bytes, cancellationToken);
}

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>A way to tell people.</summary>
internal interface IMessageChannel
{
    /// <summary>As its section is called.</summary>
    string Name { get; }

    /// <summary>Whether it is configured.</summary>
    bool IsSet { get; }

    /// <summary>Tells it once, within a limit of its own.</summary>
    /// <exception cref="AbfException">It could not be told.</exception>
    Task SendAsync(Notification notification, CancellationToken cancellationToken);
}

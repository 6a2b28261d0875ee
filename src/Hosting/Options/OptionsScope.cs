namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>What a configuration is asked for: a restore on a new machine need not say where a database is.</summary>
public enum OptionsScope
{
    /// <summary>The repository alone; the installation's name and the state directory may be left out.</summary>
    Repository,

    /// <summary>The same for who handles blobs alone, and needs no passphrase.</summary>
    Blobs,

    /// <summary>All that a backup needs: also the installation's name and place, and a state directory.</summary>
    Installation,
}

using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Storage.Directories;

/// <summary>
/// The directory of a store as it was when it was opened. What is done in it fails where another directory stands at its
/// path, such as the mount point of a volume that was unmounted; other faults are translated.
/// </summary>
internal sealed class OpenedDirectory
{
    private readonly DirectoryIdentity _identity;
    private readonly TemporaryFiles _temporary;

    private OpenedDirectory(OwnTree tree, DirectoryIdentity identity, TimeProvider time)
    {
        (Tree, _identity) = (tree, identity);
        _temporary = new TemporaryFiles(tree, time);
    }

    public OwnTree Tree { get; }

    public string Location => Tree.Location;

    /// <summary>Whether something is there that can be opened, or that says itself why not.</summary>
    public static bool Exists(OwnTree tree)
    {
        try
        {
            return tree.TryIdentify() is not null;
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            return true;
        }
    }

    /// <exception cref="PermanentException">It is not there.</exception>
    public static OpenedDirectory Open(OwnTree tree, TimeProvider time)
    {
        try
        {
            return tree.TryIdentify() is { } identity
                ? new OpenedDirectory(tree, identity, time)
                : throw DirectoryFaults.Missing(tree.Location);
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            throw DirectoryFaults.Translate(e, tree.Location, "open");
        }
    }

    /// <param name="create">Makes the directory where it is missing.</param>
    /// <exception cref="PermanentException">It cannot be made, or two writers could both create the same file.</exception>
    public static async Task<OpenedDirectory> CreateAsync(
        OwnTree tree,
        Action create,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        try
        {
            create();
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            throw DirectoryFaults.NotCreated(tree.Location, e);
        }

        OpenedDirectory directory = Open(tree, time);
        await directory.RunAsync(
            "probe for exclusive creation",
            () => ExclusivityProbe.Run(tree, TemporaryFiles.NewPath),
            cancellationToken
        );
        return directory;
    }

    /// <summary>
    /// The directory at the root's path is the one that was opened. Looked at before a write, which must not land
    /// beneath the mount point of a volume that was unmounted, after it, when it is about to be believed, and whenever
    /// something is not there.
    /// </summary>
    public void Require()
    {
        if (Tree.TryIdentify() is not { } found)
        {
            throw DirectoryFaults.Missing(Location);
        }

        if (found != _identity)
        {
            throw DirectoryFaults.Replaced(Location);
        }
    }

    /// <summary>File calls block, and a flush takes long: they run on the pool, so that a caller may have several under
    /// way.</summary>
    /// <param name="doing">For messages, such as <c>read x</c>.</param>
    public async Task<T> RunAsync<T>(string doing, Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            throw Fault(e, doing);
        }
    }

    /// <summary>Writes, after temporary files that nobody finished are deleted.</summary>
    /// <param name="write">May be called twice.</param>
    public T Write<T>(Func<T> write)
    {
        Require();
        _temporary.DeleteAbandoned();
        T written;
        try
        {
            written = write();
        }
        catch (IOException e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            // Somebody tidied an empty directory away just now.
            Require();
            written = write();
        }

        Require();
        return written;
    }

    public AbfException Fault(Exception exception, string doing)
    {
        try
        {
            Require();
        }
        catch (Exception e) when (DirectoryFaults.IsExpected(e))
        {
            // The directory cannot be looked at, or something was put in its place: that comes before all else.
            exception = e;
        }

        return DirectoryFaults.Translate(exception, Location, doing);
    }
}

using System.Runtime.ExceptionServices;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Storage.Directories;

/// <summary>Finds out by trying whether a file system lets exactly one of many writers create a file.</summary>
internal static class ExclusivityProbe
{
    private const int Writers = 8;

    /// <summary>Throws the permanent fault that names the file system where it does not.</summary>
    public static bool Run(OwnTree tree, Func<string> newTemporaryPath)
    {
        string target = newTemporaryPath() + TemporaryFiles.ProbeSuffix;
        try
        {
            int created = 0;
            Parallel.For(
                0,
                Writers,
                writer =>
                {
                    if (tree.TryCreate(target, newTemporaryPath(), [(byte)writer]))
                    {
                        Interlocked.Increment(ref created);
                    }
                }
            );

            return created == 1 ? true : throw DirectoryFaults.NotExclusive(tree.Location);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
            throw;
        }
        finally
        {
            tree.Delete(target);
        }
    }
}

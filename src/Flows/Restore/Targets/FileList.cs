using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// A file in the target that names files, a line each: root, path, why, with tabs between, after a first
/// line that says what to do. It stays there when the restore is done. A line without a path stands for files whose names are lost too. A root's lines are
/// written anew each time the root is gone through, so that a second attempt comes to the same file.
/// </summary>
internal sealed class FileList
{
    /// <summary>Names what the set lost.</summary>
    public const string Lost = "abf-lost-files.txt";

    /// <summary>Names what a repair found to differ, and kept.</summary>
    public const string Differing = "abf-differing-files.txt";

    private const string LostHead =
        "# directory, path and why of each file that the repository lost: bring the blobs back from a copy of the "
        + "repository and restore anew; 'abf verify' names the sets that need them\n";

    private const string DifferingHead =
        "# directory, path and why of each file that is not as the set has it, and was kept: look at them, then say "
        + "--overwrite to have them replaced\n";

    private static readonly Lock Appending = new();

    /// <summary>Some hundred thousand lines; of what is beyond them only the number is given.</summary>
    private const int MaxBytes = 32 * 1024 * 1024;

    private readonly OwnTree _target;
    private readonly string _name;
    private readonly List<Line> _lines;

    private FileList(OwnTree target, string name, List<Line> lines) => (_target, _name, _lines) = (target, name, lines);

    public IEnumerable<string> Lines =>
        _lines.Where(static line => line.Path.Length > 0).Select(static line => $"{line.Root}/{line.Path}: {line.Why}");

    public IEnumerable<string> Paths =>
        _lines.Where(static line => line.Path.Length > 0).Select(static line => $"{line.Root}/{line.Path}");

    /// <summary>Roots of which files are lost without a name.</summary>
    public IEnumerable<string> UnnamedRoots =>
        _lines.Where(static line => line.Path.Length == 0).Select(static line => line.Root);

    /// <summary>Empty where there is no such file.</summary>
    /// <param name="name">Which of the two.</param>
    public static FileList Read(string target, string name)
    {
        OwnTree tree = OwnTree.OpenShared(target);
        try
        {
            byte[] text = tree.TryReadAll(name, 2 * MaxBytes) ?? [];
            return new FileList(
                tree,
                name,
                [
                    .. Encoding
                        .UTF8.GetString(text)
                        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                        .Select(static line => line.Split('\t', 3))
                        .Where(static parts => parts.Length == 3)
                        .Select(static parts => new Line(parts[0], parts[1], parts[2])),
                ]
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(tree, name, e);
        }
    }

    /// <summary>Forgets a root's lines, then takes these.</summary>
    /// <param name="lost">
    /// Path (empty: of so many files the names are lost too) and why; as <see cref="TreePath.Display"/> writes a path.
    /// </param>
    public void Replace(string root, IEnumerable<(string Path, string Why)> lost)
    {
        bool had = _lines.Count > 0;
        _lines.RemoveAll(line => line.Root == root);
        Add(root, lost);
        if (had || _lines.Count > 0)
        {
            Write();
        }
    }

    /// <summary>Takes these lines to those that are there.</summary>
    public void Append(string root, IReadOnlyCollection<(string Path, string Why)> lost)
    {
        if (lost.Count > 0)
        {
            Add(root, lost);
            Write();
        }
    }

    /// <summary>Takes lines to those in the target that are not there yet; several steps may do so at once.</summary>
    public static void Append(
        string target,
        string name,
        string root,
        IReadOnlyCollection<(string Path, string Why)> files
    )
    {
        lock (Appending)
        {
            FileList list = Read(target, name);
            HashSet<string> known = [.. list._lines.Where(line => line.Root == root).Select(line => line.Path)];
            list.Append(root, [.. files.Where(file => known.Add(file.Path))]);
        }
    }

    /// <summary>Forgets all lines, and the file.</summary>
    public void Clear()
    {
        if (_lines.Count > 0)
        {
            _lines.Clear();
            Write();
        }
    }

    private void Add(string root, IEnumerable<(string Path, string Why)> lost)
    {
        long bytes = _lines.Sum(static line => (long)line.Length);
        long left = 0;
        foreach ((string path, string why) in lost)
        {
            var line = new Line(root, path, OneLine(why));
            bytes += line.Length;
            if (bytes <= MaxBytes || path.Length == 0)
            {
                _lines.Add(line);
            }
            else
            {
                left++;
            }
        }

        if (left > 0)
        {
            _lines.Add(new Line(root, string.Empty, $"{left} further files, too many to name here"));
        }
    }

    private void Write()
    {
        try
        {
            _target.Delete(_name + ".new");
            if (_lines.Count == 0)
            {
                _target.Delete(_name);
                return;
            }

            var text = new StringBuilder(_name == Lost ? LostHead : DifferingHead);
            foreach (Line line in _lines)
            {
                text.Append(line.Root).Append('\t').Append(line.Path).Append('\t').Append(line.Why).Append('\n');
            }

            _target.Replace(_name, _name + ".new", Encoding.UTF8.GetBytes(text.ToString()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(_target, _name, e);
        }
    }

    private static string OneLine(string why) => why.ReplaceLineEndings(" ").Replace('\t', ' ');

    private static PermanentException Fault(OwnTree target, string name, Exception cause) =>
        new(
            ErrorKind.Target,
            $"'{target.Describe(name)}', which names files, cannot be read or written "
                + $"({cause.Message}); correct that and run the restore again, it goes on where it stopped.",
            cause
        );

    private sealed record Line(string Root, string Path, string Why)
    {
        public int Length => Root.Length + Path.Length + Why.Length + 3;
    }
}

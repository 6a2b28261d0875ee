using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Installations;

public sealed class UsualPlacesTests : IDisposable
{
    private const string Name = "alfresco-global.properties";
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Files_are_found_by_patterns_in_their_order_and_what_is_none_is_passed_over()
    {
        string second = Make("opt", "b", "tomcat", "shared", "classes");
        string first = Make("opt", "a", "tomcat", "shared", "classes");
        string tomcat = Make("lib", "tomcat9", "shared", "classes");
        Directory.CreateDirectory(_directory.Combine("opt", "c", "tomcat", "shared", "classes", Name));
        Make("lib", "jetty", "shared", "classes");

        IReadOnlyList<string> found = UsualPlaces.Find([
            Pattern("opt", "*", "tomcat", "shared", "classes"),
            Pattern("lib", "tomcat*", "shared", "classes"),
            Pattern("absent", "*", "classes"),
            string.Empty,
        ]);

        Assert.Equal([first, second, tomcat], found);
    }

    [Fact]
    [Trait("needs", "linux")]
    public void One_that_is_reached_by_two_ways_is_one()
    {
        string file = Make("opt", "alfresco-23.4", "tomcat", "shared", "classes");
        Directory.CreateSymbolicLink(_directory.Combine("opt", "alfresco"), "alfresco-23.4");

        IReadOnlyList<string> found = UsualPlaces.Find([Pattern("opt", "*", "tomcat", "shared", "classes")]);

        Assert.Equal(File.ReadAllText(file), File.ReadAllText(Assert.Single(found)));
    }

    [Fact]
    public void A_variable_of_the_environment_names_a_place()
    {
        string file = Make("tomcat", "shared", "classes");

        Assert.Contains(
            Path.GetFullPath(file),
            UsualPlaces
                .Find(name => name == "CATALINA_BASE" ? _directory.Combine("tomcat") : null)
                .Select(Path.GetFullPath)
        );
    }

    private string Pattern(params string[] names) => _directory.Combine(names);

    private string Make(params string[] names)
    {
        string directory = Directory.CreateDirectory(_directory.Combine(names)).FullName;
        string file = Path.Combine(directory, Name);
        File.WriteAllText(file, directory);
        return file;
    }
}

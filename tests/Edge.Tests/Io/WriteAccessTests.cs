using Edge.Io;

namespace Edge.Tests.Io;

public sealed class WriteAccessTests
{
    [Test]
    public async Task A_folder_that_is_not_there_yet_is_tried_in_the_nearest_one_above_and_nothing_is_left()
    {
        string folder = Directory.CreateTempSubdirectory("edge-access-").FullName;
        try
        {
            WriteAccess access = WriteAccess.Try(Path.Combine(folder, "a", "b"));
            await Assert.That(access).IsEqualTo(new WriteAccess(folder, WriteObstacle.None));
            await Assert.That(Directory.EnumerateFileSystemEntries(folder)).IsEmpty();
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Test]
    public async Task A_file_in_the_way_is_named()
    {
        string file = Path.GetTempFileName();
        try
        {
            WriteAccess access = WriteAccess.Try(Path.Combine(file, "edge"));
            await Assert.That(access.ToString()).IsEqualTo($"{file} is not a folder");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>/proc takes no new files from anybody, whatever the user.</summary>
    [Test]
    public async Task A_file_system_that_takes_no_files_is_an_obstacle() =>
        await Assert.That(WriteAccess.Try("/proc").IsGranted).IsFalse();
}

// Each test loads the machine with processes of its own; beside each other they would only measure one another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

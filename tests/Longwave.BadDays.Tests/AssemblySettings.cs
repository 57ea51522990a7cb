// Run tests one at a time: each loads the machine with its own processes, and parallel tests would distort each other's measurements.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

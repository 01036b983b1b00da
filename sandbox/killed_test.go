package sandbox

func supervise() int { return 0 }
func probe() int     { return 0 }

package tool

var packageCases = []testCase{
	{"npm publish", []string{
		"npm publish +publishes",
	}},
	{"npm publish --dry-run", []string{
		"npm publish --dry-run +dry-run",
	}},
	{"npm --prefix web unpublish x@1", []string{
		"npm unpublish --prefix=web x@1 +unpublishes",
	}},
	{"npm owner rm dev pkg", []string{
		"npm owner rm dev pkg +unpublishes",
	}},
	{"npm dist-tag ls", []string{
		"npm dist-tag ls",
	}},
	{"npm i -D typescript", []string{
		"npm install --save-dev typescript",
	}},
	{"npm i -g typescript", []string{
		"npm install --global typescript +global-install",
	}},
	{"npm run publish", []string{
		"npm run publish",
	}},
	{"npm config set registry https://r.example", []string{
		"npm config set registry https://r.example +reroutes",
		"write home /home/dev/.npmrc",
	}},
	{"yarn npm publish", []string{
		"yarn npm publish +publishes",
	}},
	{"pnpm -r publish --no-git-checks", []string{
		"pnpm publish --recursive --no-git-checks +publishes",
	}},
	{"bun publish", []string{
		"bun publish +publishes",
	}},
	{"cargo publish --dry-run", []string{
		"cargo publish --dry-run +dry-run",
	}},
	{"cargo yank x", []string{
		"cargo yank x +unpublishes",
	}},
	{"gem push a.gem", []string{
		"gem push a.gem +publishes",
	}},
	{"twine upload dist/*", []string{
		"twine upload dist/* +publishes +uploads",
		"read workspace /work/repo/dist/*",
	}},
	{"uv publish", []string{
		"uv publish +publishes",
	}},
	{"poetry publish --build", []string{
		"poetry publish --build +publishes",
	}},
	{"mvn deploy -DskipTests", []string{
		"mvn -D=skipTests deploy +publishes",
	}},
	{"./mvnw release:perform", []string{
		"mvn release:perform +publishes",
	}},
	{"mvn -q verify", []string{
		"mvn --quiet verify",
	}},
	{"gradle publishToMavenLocal", []string{
		"gradle publishToMavenLocal",
	}},
	{"gradle publish", []string{
		"gradle publish +publishes",
	}},
	{"dotnet nuget push a.nupkg -k k", []string{
		"dotnet nuget push --api-key=k a.nupkg +publishes",
	}},
	{"goreleaser release --snapshot", []string{
		"goreleaser release --snapshot",
	}},
	{"goreleaser release --clean", []string{
		"goreleaser release --clean +publishes",
	}},
	{"vsce publish", []string{
		"vsce publish +publishes",
	}},
	{"semantic-release --dry-run", []string{
		"semantic-release --dry-run +dry-run",
	}},
	{"lerna publish --yes", []string{
		"lerna publish --yes +publishes",
	}},
	{"mix hex.publish", []string{
		"mix hex.publish +publishes",
	}},
	{"docker push a/b", []string{
		"docker push a/b +publishes",
	}},
	{"docker buildx build --push -t a/b .", []string{
		"docker build --push --tag=a/b . +publishes",
	}},
	{"helm push c.tgz oci://r", []string{
		"helm push c.tgz oci://r +creates +publishes",
	}},
	{"apt-get purge -y nginx", []string{
		"apt purge -y nginx +removes-packages",
	}},
	{"apt install -s nginx", []string{
		"apt install --dry-run nginx +dry-run",
	}},
	{"apt update", []string{
		"apt update",
	}},
	{"dnf remove x", []string{
		"dnf remove x +removes-packages",
	}},
	{"brew install x", []string{
		"brew install x +global-install",
	}},
	{"pacman -Syu", []string{
		"pacman -S -y -u +global-install",
	}},
	{"pip install -i https://r.example x", []string{
		"pip install --index-url=https://r.example x +foreign-source",
	}},
	{"pip install -r requirements.txt", []string{
		"pip install --requirement=requirements.txt",
		"read workspace /work/repo/requirements.txt",
	}},
}

var containerCases = []testCase{
	{"docker compose down -v", []string{
		"docker compose down --volumes +destroys",
	}},
	{"docker compose down", []string{
		"docker compose down",
	}},
	{"docker-compose -f a.yml rm -f", []string{
		"docker compose rm --file=a.yml --force +destroys",
	}},
	{"docker container rm -f x", []string{
		"docker rm --force x +destroys",
	}},
	{"docker run --privileged -v /:/host alpine sh", []string{
		"docker run --privileged --volume=/:/host alpine sh +privileged +mounts-host",
		"read system / -r",
	}},
	{"docker run -v $X:/w alpine", []string{
		"docker run --volume=?:/w alpine",
		"read unknown ? -r",
	}},
	{"docker run --rm -v ./src:/src:ro alpine ls", []string{
		"docker run --rm --volume=./src:/src:ro alpine ls",
		"read workspace /work/repo/src -r",
	}},
	{"docker run -v /var/run/docker.sock:/s img", []string{
		"docker run --volume=/var/run/docker.sock:/s img +privileged +mounts-host",
		"read system /var/run/docker.sock -r",
	}},
	{"docker -H tcp://h:1 ps", []string{
		"docker ps --host=tcp://h:1 +remote-daemon",
	}},
	{"docker inspect -f '{{.Config.Env}}' web", []string{
		"docker inspect --format={{.Config.Env}} web +secret-read",
	}},
	{"docker cp web:/etc/passwd .", []string{
		"docker cp web:/etc/passwd .",
		"write workspace /work/repo/passwd",
	}},
	{"kubectl --context prod delete ns staging --dry-run=client", []string{
		"kubectl delete --context=prod --dry-run=client ns staging +dry-run +destroys",
	}},
	{"kubectl delete pods --all", []string{
		"kubectl delete --all pods +destroys +mass-target",
	}},
	{"kubectl get secret x -o yaml", []string{
		"kubectl get --output=yaml secret x +secret-read",
	}},
	{"helm upgrade a b --dry-run", []string{
		"helm upgrade --dry-run a b +dry-run +mutates",
	}},
	{"terraform -chdir=infra destroy -auto-approve", []string{
		"terraform destroy --chdir=infra --auto-approve +destroys",
	}},
	{"terraform plan -destroy", []string{
		"terraform plan --destroy +reads +dry-run",
	}},
	{"terraform destroy -help", []string{
		"terraform destroy --help +help +destroys",
	}},
	{"ansible all -m shell -a 'rm -rf /x'", []string{
		"ansible --module-name=shell --args=rm -rf /x all",
		"shell(ansible) rm -rf /x",
	}},
	{"ansible all -m ping", []string{
		"ansible --module-name=ping all +reads",
	}},
	{"ansible-playbook -C site.yml", []string{
		"ansible-playbook --check site.yml +dry-run",
		"exec workspace /work/repo/site.yml",
	}},
}
